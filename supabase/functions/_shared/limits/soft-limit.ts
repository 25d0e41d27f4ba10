/** The soft limit: from this share of a quota on, the RateLimit header has the flag `farthing-soft`. */
import type { Rule } from "./rate-limit-rules.ts";

/** From this share on, callers are asked to slow down, but nothing is refused. */
const SOFT_SHARE = 0.8;

export function isBeyondSoftLimit({ quota }: Rule, remaining: number): boolean {
  return quota - remaining >= quota * SOFT_SHARE;
}
