/**
 * The arithmetic of a sliding window, as `@upstash/ratelimit` has it: what came in the window before counts
 * by the share of it that is not a window's length ago.
 */
import type { Rule } from "./rules.ts";

/** How many requests came in the window of now, and in the one before. */
export interface Windows {
  readonly current: number;
  readonly previous: number;
}

export function windowMsOf({ windowSeconds }: Rule): number {
  return windowSeconds * 1_000;
}

/** Which window of this length since 1970. */
export function nthWindow(rule: Rule, nowMs: number): number {
  return Math.floor(nowMs / windowMsOf(rule));
}

/** How many requests count now. */
export function usedOf(rule: Rule, { current, previous }: Windows, nowMs: number): number {
  const passed = (nowMs % windowMsOf(rule)) / windowMsOf(rule);
  return Math.floor((1 - passed) * previous) + current;
}

/**
 * Windows of which so many count now: what is not left of the window before came in this one. Where fewer
 * count than are thought left of the one before, there were fewer in it.
 */
export function windowsOf(rule: Rule, used: number, previous: number, nowMs: number): Windows {
  const left = usedOf(rule, { current: 0, previous }, nowMs);
  if (used >= left) return { current: used - left, previous };
  const share = 1 - (nowMs % windowMsOf(rule)) / windowMsOf(rule);
  return { current: 0, previous: Math.ceil(used / share) };
}

/**
 * When the next request is allowed, in milliseconds since 1970: long before the window is over where the
 * one before is what weighs, since it weighs less with each moment.
 */
export function freeAtMs(rule: Rule, { current, previous }: Windows, nowMs: number): number {
  const windowMs = windowMsOf(rule);
  const startMs = nthWindow(rule, nowMs) * windowMs;
  // A window that is used up is, in the next one, the one before.
  const isUsedUp = current >= rule.quota;
  const [beginsMs, past, present] = isUsedUp
    ? [startMs + windowMs, current, 0]
    : [startMs, previous, current];
  const weighedMs = (windowMs * (past - (rule.quota - present))) / past;
  return Math.max(nowMs, beginsMs + Math.floor(weighedMs)) + 1;
}
