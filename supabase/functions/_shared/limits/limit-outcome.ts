/**
 * One rule's count for one request, and the outcome: allowed, soft or blocked. A soft outcome sets
 * the flag `farthing-soft` in the RateLimit header.
 */
import type { Rule } from "./rate-limit-rules.ts";

/** A caller that has used this share of a quota is asked to slow down, but is not refused yet. */
const SOFT_SHARE = 0.8;

export interface RuleCount {
  readonly rule: Rule;
  readonly isAllowed: boolean;
  /** The number of requests that are still allowed in this window. */
  readonly remaining: number;
  /**
   * In milliseconds since 1970: the end of the window; for a refused request, the time at which the next
   * request is allowed.
   */
  readonly resetMs: number;
}

export type LimitOutcome = "allowed" | "soft" | "blocked";

export function outcomeOf({ isAllowed, remaining, rule }: RuleCount): LimitOutcome {
  if (!isAllowed) return "blocked";
  const used = rule.quota - remaining;
  return used >= rule.quota * SOFT_SHARE ? "soft" : "allowed";
}
