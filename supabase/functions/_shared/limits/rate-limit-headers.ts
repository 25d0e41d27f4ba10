/** The RateLimit headers: which rule they describe, and the flag of a soft limit (80 % of a quota). */
import type { HeaderPairs } from "../core/request.ts";
import { outcomeOf, type RuleCount } from "./limit-outcome.ts";

const fewestLeft = (a: RuleCount, b: RuleCount) => b.remaining < a.remaining ? b : a;

/**
 * The count that the caller learns of. Of refusing rules it is the longest refusal; else it is the next to
 * refuse, preferring rules that are soft already.
 */
export function decisive(counts: readonly RuleCount[]): RuleCount {
  const blocked = counts.filter(({ isAllowed }) => !isAllowed);
  if (blocked.length > 0) return blocked.reduce((a, b) => b.resetMs > a.resetMs ? b : a);
  const soft = counts.filter((count) => outcomeOf(count) === "soft");
  return (soft.length > 0 ? soft : counts).reduce(fewestLeft);
}

/** Never 0: a caller that comes back at once comes back too early. */
export function secondsToGo({ resetMs }: RuleCount, nowMs: number): number {
  return Math.max(1, Math.ceil((resetMs - nowMs) / 1_000));
}

/** As in draft 10 of RateLimit for HTTP, where extension flags have a prefix. */
export function headersOf(count: RuleCount, nowMs: number): HeaderPairs {
  const { name, quota, windowSeconds } = count.rule;
  const soft = outcomeOf(count) === "soft" ? ";farthing-soft" : "";
  return [
    ["ratelimit-policy", `"${name}";q=${quota};w=${windowSeconds}`],
    ["ratelimit", `"${name}";r=${count.remaining};t=${secondsToGo(count, nowMs)}${soft}`],
  ];
}
