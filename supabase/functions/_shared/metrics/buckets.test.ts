import assert from "node:assert/strict";
import fc from "fast-check";
import { boundOf, bucketOf, BUCKETS } from "./buckets.ts";
import { SLO } from "./slo.ts";

const LOWEST_MS = 0.012;
const HIGHEST_MS = 180_000;

/** The nearest rank, of the numbers themselves. */
function exactQuantile(sorted: readonly number[], q: number): number {
  return sorted[Math.ceil(q * sorted.length) - 1]!;
}

/** The same of their buckets, as farthing.requests_between() has it. */
function bucketQuantile(values: readonly number[], q: number): number {
  const counts = new Array<number>(BUCKETS).fill(0);
  for (const ms of values) counts[bucketOf(ms)]! += 1;
  let upTo = 0;
  const bucket = counts.findIndex((count) => (upTo += count) >= Math.ceil(q * values.length));
  return boundOf(bucket - 0.5);
}

const duration = fc.oneof(
  fc.double({ min: LOWEST_MS, max: HIGHEST_MS, noNaN: true }),
  // Loads of real life lie on a logarithmic scale.
  fc.double({ min: Math.log(LOWEST_MS), max: Math.log(HIGHEST_MS), noNaN: true }).map(Math.exp),
);

Deno.test("quantiles of a histogram are within 7.3 % of the exact ones, of any load", () => {
  fc.assert(
    fc.property(fc.array(duration, { minLength: 1, maxLength: 400 }), (values) => {
      const sorted = values.toSorted((a, b) => a - b);
      for (const q of [0.5, 0.95, 0.99]) {
        const exact = exactQuantile(sorted, q);
        const ratio = bucketQuantile(values, q) / exact;
        assert(ratio > 1 / 1.073 && ratio < 1.073, `p${q * 100} is ${exact}, off by ${ratio}`);
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("a bucket holds what is above the bound before and up to its own", () => {
  for (let bucket = 1; bucket < BUCKETS; bucket++) {
    assert.equal(bucketOf(boundOf(bucket)), bucket);
    assert.equal(bucketOf(boundOf(bucket - 1) * 1.000_001), bucket);
  }
});

Deno.test("the promised duration is a bound, so what is slower is counted exactly", () => {
  assert.equal(boundOf(67), SLO.fast_ms);
  assert.deepEqual([bucketOf(SLO.fast_ms), bucketOf(SLO.fast_ms + 0.001)], [67, 68]);
});

Deno.test("what is no duration, or a very long one, falls into the first or the last bucket", () => {
  assert.deepEqual([0, -1, NaN, 1e-9].map(bucketOf), [0, 0, 0, 0]);
  assert.deepEqual([1e9, Infinity].map(bucketOf), [BUCKETS - 1, BUCKETS - 1]);
  assert(boundOf(BUCKETS - 2) > HIGHEST_MS);
});
