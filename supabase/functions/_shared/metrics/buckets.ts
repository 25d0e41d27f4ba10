/**
 * The buckets of durations, the same as in farthing.bucket_ms(). Each bound is 15 % above the previous one.
 * Any value in a bucket differs by at most 7.3 % from the bucket's middle, so a quantile is off by at most
 * 7.3 %.
 */
import { SLO } from "./slo.ts";

const RATIO = 1.15;

/**
 * This bucket ends at the duration of the service level objective, so that the number of slower
 * requests is exact.
 */
const SLO_BUCKET = 68;

/** The last bucket ends at 25 hours, because a job may take a day. The first one ends at 0.01 ms. */
export const BUCKETS = 165;

const LOG_RATIO = Math.log(RATIO);
const OFFSET = SLO_BUCKET - Math.log(SLO.fast_ms) / LOG_RATIO;

/** Returns the index of a duration's bucket. Indexes begin at 0: index 0 is bucket 1 in SQL. */
export function bucketOf(ms: number): number {
  if (!(ms > 0)) return 0;
  // A duration equal to a bound belongs to the bucket that ends at this bound. Floating-point rounding could
  // give the next bucket, so 1e-9 is subtracted.
  const nr = Math.ceil(Math.log(ms) / LOG_RATIO + OFFSET - 1e-9) - 1;
  return nr < 0 ? 0 : nr >= BUCKETS ? BUCKETS - 1 : nr;
}

/** Returns the upper bound in ms of the bucket with this index. */
export function boundOf(bucket: number): number {
  return SLO.fast_ms * RATIO ** (bucket + 1 - SLO_BUCKET);
}
