/** The count of one rule for one request, and the outcome: allowed, soft or blocked. */
import type { Rule } from "./rules.ts";

export interface RuleCount {
  readonly rule: Rule;
  readonly isAllowed: boolean;
  /** The number of requests that are still allowed in this window. */
  readonly remaining: number;
  /**
   * The end of the window, or after a refusal the time of the next allowed request; in milliseconds
   * since 1970.
   */
  readonly resetMs: number;
}

export type LimitOutcome = "allowed" | "soft" | "blocked";

/**
 * The soft limit, as a share of the quota: from here on callers are asked to slow down, and nothing
 * is refused.
 */
const SOFT_SHARE = 0.8;

export function outcomeOf({ isAllowed, remaining, rule }: RuleCount): LimitOutcome {
  if (!isAllowed) return "blocked";
  return rule.quota - remaining >= rule.quota * SOFT_SHARE ? "soft" : "allowed";
}
