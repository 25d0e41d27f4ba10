import { deepEqual, equal } from "node:assert/strict";
import { aheadOf, judgeClock } from "./clock.ts";

const HEADER = "Thu, 01 Jan 2026 00:00:10 GMT";
const at = (seconds: number) => Date.parse("2026-01-01T00:00:00Z") + seconds * 1000;

Deno.test("a clock agrees if the second in the response's header is within the request", () => {
  equal(aheadOf(HEADER, at(10), at(10.2)), 0);
  equal(aheadOf(HEADER, at(10.9), at(11.5)), 0);
  equal(aheadOf(HEADER, at(2), at(30)), 0);
});

Deno.test("a clock that is ahead or behind differs by the least possible seconds", () => {
  equal(aheadOf(HEADER, at(70.999), at(71)), 60);
  equal(aheadOf(HEADER, at(-51), at(-50)), -60);
});

Deno.test("the evidence has the bound that was measured, and a slow response shows nothing", () => {
  const judged = (...given: Parameters<typeof judgeClock>) => {
    const { state, evidence } = judgeClock(...given);
    return [state, ...evidence];
  };
  deepEqual(judged(HEADER, at(10), at(10.2)), ["ok", "within 2 s"]);
  deepEqual(judged(HEADER, at(9), at(11)), ["ok", "within 3 s"]);
  deepEqual(judged(HEADER, at(15.999), at(16)), [
    "ok",
    "this machine is 5 s ahead, measured within 2 s",
  ]);
  equal(judged(HEADER, at(70), at(71))[0], "failed");
  equal(judged(HEADER, at(2), at(32))[0], "skipped");
  deepEqual(judged("now", at(10), at(10)), [
    "skipped",
    "the Date header of the project's responses is not a date",
  ]);
});
