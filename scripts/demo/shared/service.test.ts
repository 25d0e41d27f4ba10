import { equal } from "node:assert/strict";
import { describeRefusal } from "./service.ts";

const CASES: readonly [name: string, answer: Response, message: string][] = [
  [
    "an error is described by its code",
    Response.json({ error: { code: "forbidden", message: "You may not." } }, { status: 403 }),
    "POST /x answered 403 forbidden: You may not.",
  ],
  [
    "an unexpected success shows its data",
    Response.json({ data: { status: "pending", ceiling: "grant" } }, { status: 202 }),
    'POST /x answered 202, which is unexpected: {"status":"pending","ceiling":"grant"}',
  ],
  [
    "an answer that is not JSON is described by its status",
    new Response("<html>", { status: 502 }),
    "POST /x answered 502, which is unexpected: null",
  ],
];

for (const [name, answer, message] of CASES) {
  Deno.test(name, async () => equal((await describeRefusal("POST /x", answer)).message, message));
}
