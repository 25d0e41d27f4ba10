/**
 * The buckets of durations, the same as in farthing.bucket_ms(). Each bound is 15 % above the
 * previous one. A bucket's middle differs by at most 7.3 % from any value in the bucket, so a
 * quantile is off by at most 7.3 %.
 */
import { SLO } from "./slo.ts";

const RATIO = 1.15;

/**
 * This bucket ends at the duration that the service level objective promises, so slower requests
 * are counted exactly.
 */
const SLO_BUCKET = 68;

/** The buckets end at 25 hours, because a job may take a day. The first one ends at 0.01 ms. */
export const BUCKETS = 165;

const LOG_RATIO = Math.log(RATIO);
const OFFSET = SLO_BUCKET - Math.log(SLO.fast_ms) / LOG_RATIO;

/** Returns the index of a duration's bucket, from 0 on: index 0 is SQL's bucket 1. */
export function bucketOf(ms: number): number {
  if (!(ms > 0)) return 0;
  // A duration equal to a bound belongs to the bucket that ends there; rounding of floats may miss
  // it by one.
  const nr = Math.ceil(Math.log(ms) / LOG_RATIO + OFFSET - 1e-9) - 1;
  return nr < 0 ? 0 : nr >= BUCKETS ? BUCKETS - 1 : nr;
}

/** Returns the upper bound in ms of the bucket with this index. */
export function boundOf(bucket: number): number {
  return SLO.fast_ms * RATIO ** (bucket + 1 - SLO_BUCKET);
}
