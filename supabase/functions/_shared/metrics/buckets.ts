/**
 * The buckets of durations, the same as in farthing.bucket_ms(). Each bound is 15 % above the one before it.
 * A bucket's middle is at most 7.3 % from any value in it, so every quantile of any load is that exact.
 */
import { SLO } from "./slo.ts";

const RATIO = 1.15;

/** This bucket ends at the promised duration, so slower requests are counted exactly. */
const SLO_BUCKET = 68;

/** From 0.01 ms up to 25 hours: a job lives for a day. */
export const BUCKETS = 165;

const LOG_RATIO = Math.log(RATIO);
const OFFSET = SLO_BUCKET - Math.log(SLO.fast_ms) / LOG_RATIO;

/** Counts from 0: SQL's bucket 1 is the first of the array. */
export function bucketOf(ms: number): number {
  if (!(ms > 0)) return 0;
  // A duration on the bound itself belongs to the bucket that ends there; a float may miss it by one.
  const nr = Math.ceil(Math.log(ms) / LOG_RATIO + OFFSET - 1e-9) - 1;
  return nr < 0 ? 0 : nr >= BUCKETS ? BUCKETS - 1 : nr;
}

/** The upper bound in ms of a bucket, from 0 on. */
export function boundOf(bucket: number): number {
  return SLO.fast_ms * RATIO ** (bucket + 1 - SLO_BUCKET);
}
