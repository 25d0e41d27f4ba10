import { equal } from "node:assert/strict";
import { describeRefusal } from "./service.ts";

const CASES: readonly [name: string, answer: Response, told: string][] = [
  [
    "an error is told by its code",
    Response.json({ error: { code: "forbidden", message: "You may not." } }, { status: 403 }),
    "POST /x answered 403 forbidden: You may not.",
  ],
  [
    "a success that is not the expected one shows its data",
    Response.json({ data: { status: "pending", ceiling: "grant" } }, { status: 202 }),
    'POST /x answered 202, which is not expected here: {"status":"pending","ceiling":"grant"}',
  ],
  [
    "what is no JSON is told by its status",
    new Response("<html>", { status: 502 }),
    "POST /x answered 502, which is not expected here: null",
  ],
];

for (const [name, answer, told] of CASES) {
  Deno.test(name, async () => equal((await describeRefusal("POST /x", answer)).message, told));
}
