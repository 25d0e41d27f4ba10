import assert from "node:assert/strict";
import OpenAI from "openai";
import { TimedOut } from "../../resilience/attempt.ts";
import { AnswerTimeout, isOutage, isTransient } from "./failures.ts";

const answered = (status: number) => OpenAI.APIError.generate(status, {}, "", new Headers());

const CASES: [what: string, error: unknown, isOutage: boolean, isTransient: boolean][] = [
  ["a provider out of reach", new OpenAI.APIConnectionError({ message: "refused" }), true, true],
  ["a provider's timeout", new OpenAI.APIConnectionTimeoutError(), true, false],
  ["an attempt's timeout", new TimedOut("ai", 1), true, false],
  ["too long a silence", new AnswerTimeout(), true, false],
  ["408", answered(408), true, false],
  ["500", answered(500), true, true],
  ["429", answered(429), false, true],
  ["400", answered(400), false, false],
];

for (const [what, error, outage, transient] of CASES) {
  Deno.test(`${what} is ${outage ? "an" : "no"} outage, and ${transient ? "" : "not "}transient`, () => {
    assert.deepEqual([isOutage(error), isTransient(error)], [outage, transient]);
  });
}
