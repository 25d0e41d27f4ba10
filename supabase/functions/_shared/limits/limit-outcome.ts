/** The count of one rule for one request, and the outcome: allowed, soft or blocked. */
import type { Rule } from "./rules.ts";

export interface RuleCount {
  readonly rule: Rule;
  readonly isAllowed: boolean;
  /** How many more may come in this window. */
  readonly remaining: number;
  /** When the window ends, or when the next request is allowed after a refusal; milliseconds since 1970. */
  readonly resetMs: number;
}

export type LimitOutcome = "allowed" | "soft" | "blocked";

/** From this share of a quota on, callers are asked to slow down, and no request is refused yet. */
const SOFT_SHARE = 0.8;

export function outcomeOf({ isAllowed, remaining, rule }: RuleCount): LimitOutcome {
  if (!isAllowed) return "blocked";
  return rule.quota - remaining >= rule.quota * SOFT_SHARE ? "soft" : "allowed";
}
