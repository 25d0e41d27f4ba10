/** One rule's count for one request, and the outcome: allowed, soft or blocked. */
import type { Rule } from "./rate-limit-rules.ts";
import { isBeyondSoftLimit } from "./soft-limit.ts";

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
  return isBeyondSoftLimit(rule, remaining) ? "soft" : "allowed";
}
