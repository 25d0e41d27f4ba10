import assert from "node:assert/strict";
import { percentile } from "./percentile.ts";

Deno.test("percentile returns the nearest rank of unsorted measures", () => {
  const measures = [5, 1, 4, 2, 3];
  assert.equal(percentile(measures, 50), 3);
  assert.equal(percentile(measures, 95), 5);
  assert.equal(percentile([7], 50), 7);
});

Deno.test("percentile refuses an empty list", () => {
  assert.throws(() => percentile([], 50), /at least one/);
});
