/** One rule's count for one request, and the outcome: allowed, soft or blocked. */
import type { Rule } from "./rules.ts";

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

/**
 * The soft limit, as a share of the quota. From this share on, callers are asked to slow down, but
 * nothing is refused.
 */
const SOFT_SHARE = 0.8;

export function outcomeOf({ isAllowed, remaining, rule }: RuleCount): LimitOutcome {
  if (!isAllowed) return "blocked";
  return rule.quota - remaining >= rule.quota * SOFT_SHARE ? "soft" : "allowed";
}
