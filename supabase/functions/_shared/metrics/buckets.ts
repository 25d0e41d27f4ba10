/**
 * The buckets that durations are counted in, the same as farthing.bucket_ms() has. Bounds grow by 15 % each:
 * a bucket's middle is at most 7.3 % away from anything in it, and so is every quantile of any load.
 */
import { SLO } from "./slo.ts";

const RATIO = 1.15;

/** The bucket that ends at what is promised, so that what is slower is counted exactly. */
const SLO_BUCKET = 68;

/** From 0.01 ms up to 25 hours: a job lives for a day. */
export const BUCKETS = 165;

const LOG_RATIO = Math.log(RATIO);
const OFFSET = SLO_BUCKET - Math.log(SLO.fast_ms) / LOG_RATIO;

/** From 0 on: what SQL calls bucket 1 is first in its array. */
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
