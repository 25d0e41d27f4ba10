/**
 * The arithmetic of a sliding window, as in `@upstash/ratelimit`: requests of the window before count by the
 * share of it that lies within the last window's length.
 */
import type { Rule } from "./rules.ts";

/** The number of requests in the window of now, and in the one before. */
export interface Windows {
  readonly current: number;
  readonly previous: number;
}

export function windowMsOf({ windowSeconds }: Rule): number {
  return windowSeconds * 1_000;
}

/** The number of this window, counted from 1970. */
export function nthWindow(rule: Rule, nowMs: number): number {
  return Math.floor(nowMs / windowMsOf(rule));
}

/** The number of requests that count now. */
export function usedOf(rule: Rule, { current, previous }: Windows, nowMs: number): number {
  const passed = (nowMs % windowMsOf(rule)) / windowMsOf(rule);
  return Math.floor((1 - passed) * previous) + current;
}

/**
 * Windows in which `used` requests count now. Requests that the window before does not explain came in this
 * one. If fewer count than the window before would leave, there were fewer in it.
 */
export function windowsOf(rule: Rule, used: number, previous: number, nowMs: number): Windows {
  const left = usedOf(rule, { current: 0, previous }, nowMs);
  if (used >= left) return { current: used - left, previous };
  const share = 1 - (nowMs % windowMsOf(rule)) / windowMsOf(rule);
  return { current: 0, previous: Math.ceil(used / share) };
}

/**
 * When the next request is allowed, in milliseconds since 1970. That is long before the window's end where
 * most requests were in the window before, since those count less with each moment.
 */
export function freeAtMs(rule: Rule, { current, previous }: Windows, nowMs: number): number {
  const windowMs = windowMsOf(rule);
  const startMs = nthWindow(rule, nowMs) * windowMs;
  // In the next window, a used-up window is the one before.
  const isUsedUp = current >= rule.quota;
  const [beginsMs, past, present] = isUsedUp
    ? [startMs + windowMs, current, 0]
    : [startMs, previous, current];
  const weighedMs = (windowMs * (past - (rule.quota - present))) / past;
  return Math.max(nowMs, beginsMs + Math.floor(weighedMs)) + 1;
}
