/**
 * The arithmetic of a sliding window, as in `@upstash/ratelimit`. The previous window's requests
 * count in proportion to the part of that window that the sliding window still covers.
 */
import type { Rule } from "./rate-limit-rules.ts";

/** The number of requests in the current window and in the previous one. */
export interface Windows {
  readonly current: number;
  readonly previous: number;
}

export function windowMsOf({ windowSeconds }: Rule): number {
  return windowSeconds * 1_000;
}

/** Returns the number of the current window, counted from 1970. */
export function nthWindow(rule: Rule, nowMs: number): number {
  return Math.floor(nowMs / windowMsOf(rule));
}

/** Returns the number of requests that the sliding window counts now. */
export function usedOf(rule: Rule, { current, previous }: Windows, nowMs: number): number {
  const passed = (nowMs % windowMsOf(rule)) / windowMsOf(rule);
  return Math.floor((1 - passed) * previous) + current;
}

/**
 * Returns counts of the previous and the current window that together count as `used` requests now.
 * The previous window's share is subtracted from `used`, and the rest becomes the count of the
 * current window. If that share is more than `used`, the count of the previous window is reduced.
 */
export function windowsOf(rule: Rule, used: number, previous: number, nowMs: number): Windows {
  const left = usedOf(rule, { current: 0, previous }, nowMs);
  if (used >= left) return { current: used - left, previous };
  const share = 1 - (nowMs % windowMsOf(rule)) / windowMsOf(rule);
  return { current: 0, previous: Math.ceil(used / share) };
}

/**
 * Returns when the next request is allowed, in milliseconds since 1970. If most requests were in the previous
 * window, this time is long before the end of the current window, because the previous window's share shrinks
 * all the time.
 */
export function freeAtMs(rule: Rule, { current, previous }: Windows, nowMs: number): number {
  const windowMs = windowMsOf(rule);
  const startMs = nthWindow(rule, nowMs) * windowMs;
  // If the current window alone uses up the quota, the next request must wait at least until the
  // next window begins. From then on, the current window counts as the previous one.
  const isUsedUp = current >= rule.quota;
  const [beginsMs, past, present] = isUsedUp
    ? [startMs + windowMs, current, 0]
    : [startMs, previous, current];
  const weighedMs = (windowMs * (past - (rule.quota - present))) / past;
  return Math.max(nowMs, beginsMs + Math.floor(weighedMs)) + 1;
}
