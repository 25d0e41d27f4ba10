import { deepEqual, equal } from "node:assert/strict";
import { whileOpen } from "./refetch-interval.ts";

const interval = whileOpen<{ held: string }>(({ held }) => held === "0" ? null : held);
const stateAt = (dataUpdatedAt: number, held: string, error: unknown = null) => ({
  data: { held },
  dataUpdatedAt,
  error,
});

Deno.test("the waits double while the same thing is open, up to a minute", () => {
  const query = { state: stateAt(1_000, "5") };
  const waits: unknown[] = [];
  for (let time = 1_000; waits.length < 9;) {
    query.state = stateAt(time, "5");
    const wait = interval(query);
    equal(interval(query), wait); // TanStack Query calls `interval` several times for each read.
    waits.push(wait);
    time += Number(wait);
  }
  deepEqual(waits, [2_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  query.state = stateAt(900_000, "4");
  equal(interval(query), 2_000);
});

Deno.test("there is no next reading if nothing is open, or the last reading failed", () => {
  const none = { data: undefined, dataUpdatedAt: 0, error: null };
  for (const state of [none, stateAt(1, "0"), stateAt(1, "5", new Error("No answer."))]) {
    equal(interval({ state }), false);
  }
});
