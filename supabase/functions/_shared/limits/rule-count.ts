/** What one rule says of one request, and what all of them together mean for it. */
import type { HeaderPairs } from "../core/request.ts";
import { type Rule, SOFT_SHARE } from "./rules.ts";

export interface RuleCount {
  readonly rule: Rule;
  readonly isAllowed: boolean;
  /** How many more may come in this window. */
  readonly remaining: number;
  /** When the window is over, or the next request allowed after a refusal; milliseconds since 1970. */
  readonly resetMs: number;
}

export type LimitOutcome = "allowed" | "soft" | "blocked";

const fewestLeft = (a: RuleCount, b: RuleCount) => b.remaining < a.remaining ? b : a;

/**
 * The one that a caller is told of: of those that refuse the one that refuses longest; else the next to
 * refuse, of those that are soft already where there are any.
 */
export function decisive(counts: readonly RuleCount[]): RuleCount {
  const blocked = counts.filter(({ isAllowed }) => !isAllowed);
  if (blocked.length > 0) return blocked.reduce((a, b) => b.resetMs > a.resetMs ? b : a);
  const soft = counts.filter((count) => outcomeOf(count) === "soft");
  return (soft.length > 0 ? soft : counts).reduce(fewestLeft);
}

export function outcomeOf({ isAllowed, remaining, rule }: RuleCount): LimitOutcome {
  if (!isAllowed) return "blocked";
  return rule.quota - remaining >= rule.quota * SOFT_SHARE ? "soft" : "allowed";
}

/** Never 0: whoever is told to come back at once comes back too early. */
export function secondsToGo({ resetMs }: RuleCount, nowMs: number): number {
  return Math.max(1, Math.ceil((resetMs - nowMs) / 1_000));
}

/** As draft 10 of RateLimit for HTTP has it, where a flag of one's own has a prefix. */
export function headersOf(count: RuleCount, nowMs: number): HeaderPairs {
  const { name, quota, windowSeconds } = count.rule;
  const soft = outcomeOf(count) === "soft" ? ";farthing-soft" : "";
  return [
    ["ratelimit-policy", `"${name}";q=${quota};w=${windowSeconds}`],
    ["ratelimit", `"${name}";r=${count.remaining};t=${secondsToGo(count, nowMs)}${soft}`],
  ];
}
