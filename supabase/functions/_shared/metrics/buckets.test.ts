import assert from "node:assert/strict";
import { boundOf, bucketOf, BUCKETS } from "./buckets.ts";
import { SLO } from "./slo.ts";

const LOWEST_MS = 0.012;
const HIGHEST_MS = 180_000;

/** Returns a quantile of the exact values, by the nearest rank. */
function exactQuantile(sorted: readonly number[], q: number): number {
  return sorted[Math.ceil(q * sorted.length) - 1]!;
}

/** Computes the same quantile from the buckets, as farthing.requests_between() does. */
function bucketQuantile(values: readonly number[], q: number): number {
  const counts = new Array<number>(BUCKETS).fill(0);
  for (const ms of values) counts[bucketOf(ms)]! += 1;
  let upTo = 0;
  const bucket = counts.findIndex((count) => (upTo += count) >= Math.ceil(q * values.length));
  return boundOf(bucket - 0.5);
}

const SEED = Date.now() % 2 ** 31;
const LOADS = 2_000;
const MOST_REQUESTS = 400;

/**
 * Lehmer's generator of numbers from 0 to 1: the same seed gives the same numbers on every runtime.
 */
function randomFrom(seed: number): () => number {
  let state = seed % 2147483646 + 1;
  return () => (state = state * 48271 % 2147483647) / 2147483647;
}

/**
 * Makes between 1 and 400 durations: spread evenly, spread over all magnitudes, or within 10 % of
 * one duration.
 */
function loadFrom(random: () => number): number[] {
  const length = 1 + Math.floor(random() ** 2 * MOST_REQUESTS);
  const shape = Math.floor(random() * 3);
  const middle = LOWEST_MS * (HIGHEST_MS / LOWEST_MS) ** random();
  const spread = [
    () => LOWEST_MS + random() * (HIGHEST_MS - LOWEST_MS),
    () => LOWEST_MS * (HIGHEST_MS / LOWEST_MS) ** random(),
    () => Math.min(middle * (1 + random() / 10), HIGHEST_MS),
  ][shape]!;
  return Array.from({ length }, spread);
}

Deno.test("quantiles of a histogram are within 7.3 % of the exact ones, for any load", () => {
  const random = randomFrom(SEED);
  for (let nr = 0; nr < LOADS; nr++) {
    const values = loadFrom(random);
    const sorted = values.toSorted((a, b) => a - b);
    for (const q of [0.5, 0.95, 0.99]) {
      const exact = exactQuantile(sorted, q);
      const ratio = bucketQuantile(values, q) / exact;
      const isClose = ratio > 1 / 1.073 && ratio < 1.073;
      assert(isClose, `seed ${SEED}, load ${nr}: p${q * 100} is ${exact}, off by ${ratio}`);
    }
  }
});

Deno.test("a bucket holds the values above the bound before it, up to its own bound", () => {
  for (let bucket = 1; bucket < BUCKETS; bucket++) {
    assert.equal(bucketOf(boundOf(bucket)), bucket);
    assert.equal(bucketOf(boundOf(bucket - 1) * 1.000_001), bucket);
  }
});

Deno.test("the promised duration is a bound, so slower requests are counted exactly", () => {
  assert.equal(boundOf(67), SLO.fast_ms);
  assert.deepEqual([bucketOf(SLO.fast_ms), bucketOf(SLO.fast_ms + 0.001)], [67, 68]);
});

Deno.test("an invalid or a very long duration falls into the first or the last bucket", () => {
  assert.deepEqual([0, -1, NaN, 1e-9].map(bucketOf), [0, 0, 0, 0]);
  assert.deepEqual([1e9, Infinity].map(bucketOf), [BUCKETS - 1, BUCKETS - 1]);
  assert(boundOf(BUCKETS - 2) > HIGHEST_MS);
});
