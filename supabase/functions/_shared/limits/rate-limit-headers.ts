/** The RateLimit headers: the rule that they describe, and the flag of a soft limit. */
import type { HeaderPairs } from "../core/current-request.ts";
import { outcomeOf, type RuleCount } from "./limit-outcome.ts";

const fewestLeft = (a: RuleCount, b: RuleCount) => b.remaining < a.remaining ? b : a;

/**
 * Chooses the count that the headers describe. If rules refuse the request, the rule whose refusal
 * ends last is chosen. Otherwise, the rule with the fewest remaining requests is chosen. If some
 * rules are beyond their soft limits, only those rules are compared.
 */
export function decisive(counts: readonly RuleCount[]): RuleCount {
  const blocked = counts.filter(({ isAllowed }) => !isAllowed);
  if (blocked.length > 0) return blocked.reduce((a, b) => b.resetMs > a.resetMs ? b : a);
  const soft = counts.filter((count) => outcomeOf(count) === "soft");
  return (soft.length > 0 ? soft : counts).reduce(fewestLeft);
}

/**
 * Returns the seconds until the reset. The minimum is 1, because a caller that waits 0 s comes back too
 * early.
 */
export function secondsToGo({ resetMs }: RuleCount, nowMs: number): number {
  return Math.max(1, Math.ceil((resetMs - nowMs) / 1_000));
}

/** The numbers of one rule: its quota, the remaining requests, and the seconds until the reset. */
export interface Quota {
  readonly quota: number;
  readonly remaining: number;
  readonly resetSeconds: number;
}

export function quotaOf(count: RuleCount, nowMs: number): Quota {
  const { rule: { quota }, remaining } = count;
  return { quota, remaining, resetSeconds: secondsToGo(count, nowMs) };
}

/**
 * Formats the headers by draft 10 of RateLimit for HTTP, where the names of extensions have a
 * prefix.
 */
export function headersOf(count: RuleCount, nowMs: number): HeaderPairs {
  const { name, quota, windowSeconds } = count.rule;
  const soft = outcomeOf(count) === "soft" ? ";farthing-soft" : "";
  return [
    ["ratelimit-policy", `"${name}";q=${quota};w=${windowSeconds}`],
    ["ratelimit", `"${name}";r=${count.remaining};t=${secondsToGo(count, nowMs)}${soft}`],
  ];
}
