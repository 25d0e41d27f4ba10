import { equal } from "node:assert/strict";
import { durationOf, roughSecondsOf, secondsOf } from "./durations.ts";

Deno.test("a duration has each unit that it needs, and loses no second", () => {
  equal(durationOf(0), "0 seconds");
  equal(durationOf(1), "1 second");
  equal(durationOf(604_800), "7 days");
  equal(durationOf(90_061), "1 day 1 hour 1 minute 1 second");
});

Deno.test("a duration of a minute or more has its seconds beside it", () => {
  equal(secondsOf("259200"), "3 days (259200 seconds)");
  equal(secondsOf("45"), "45 seconds");
});

Deno.test("a measured time is rounded to what a person reads", () => {
  equal(roughSecondsOf("26.738654"), "26.7 seconds");
  equal(roughSecondsOf("0.00123"), "0.00123 seconds");
  equal(roughSecondsOf("3599.7"), "1 hour");
});
