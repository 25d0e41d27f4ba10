/** Tests the rule for commit subjects, and the hook that applies it. */
import assert from "node:assert/strict";
import { faultOf } from "./commits.ts";

const RIGHT = [
  "refunds: answer pending until Stripe's event",
  "top_ups: seed a policy for each currency",
  "packages/client: retry once after a timeout",
  "openapi: list x-who of every route beside it() and what.ts",
  `docs: ${"x".repeat(60)} here`,
  'Revert "holds: settle in one function"',
];

const WRONG: Record<string, RegExp> = {
  "Report every limit that is soft": /area: verb object/,
  "holds: settle": /area: verb object/,
  "Holds: settle in one function": /area: verb object/,
  "holds: Settle in one function": /lower case/,
  "holds: settled in one function": /imperative/,
  "holds: settle in one function.": /full stop/,
  [`docs: ${"x".repeat(60)} here, too`]: /at most 72/,
  "holds: settle them in one function": /"them": name the thing itself/,
  "docs: record what a hold costs": /"what": name the thing itself/,
};

/** A time at which every part of the rule applies. */
const NOW = new Date("2026-12-01T00:00:00Z");

Deno.test("a subject reads area, verb, object in at most 72 characters", () => {
  for (const subject of RIGHT) assert.equal(faultOf(subject, NOW), null, subject);
  for (const [subject, fault] of Object.entries(WRONG)) {
    assert.match(faultOf(subject, NOW) ?? "", fault, subject);
  }
});

Deno.test("a subject may contain a pronoun if it is older than that part of the rule", () => {
  const subject = "holds: settle them in one function";
  assert.equal(faultOf(subject, new Date("2026-11-27T19:29:59Z")), null);
  assert.notEqual(faultOf(subject, new Date("2026-11-27T19:30:00Z")), null);
});

Deno.test("the hook refuses a commit for its subject, and ignores its body", async () => {
  const hook = new URL("../../.githooks/commit-msg", import.meta.url).pathname;
  const message = await Deno.makeTempFile();
  const run = async (text: string) => {
    await Deno.writeTextFile(message, text);
    const { code } = await new Deno.Command(hook, {
      args: [message],
      cwd: new URL("../..", import.meta.url),
      stderr: "null",
    }).output();
    return code;
  };
  try {
    assert.equal(await run("holds: settle in one function\n\nSettled twice before.\n"), 0);
    assert.equal(await run("# a comment of git's\nSettled in one function\n"), 1);
  } finally {
    await Deno.remove(message);
  }
});
