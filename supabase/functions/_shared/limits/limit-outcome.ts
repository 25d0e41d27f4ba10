/**
 * One rule's count for one request, and the outcome: allowed, soft or blocked. If it is soft, the
 * RateLimit header has the flag `farthing-soft`.
 */
import type { Rule } from "./rate-limit-rules.ts";

/** From this share of a quota on, callers are asked to slow down, but nothing is refused. */
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
