/**
 * Counts requests in this process alone, with the arithmetic that Redis uses. These counts apply
 * while Redis is unavailable, and begin with the last counts from Redis. Requests that were
 * admitted here still count after Redis answers again; otherwise one burst could use the quota
 * twice. The number of windows is bounded: the window that was unused for longest is deleted first.
 */
import type { RuleCount } from "./limit-outcome.ts";
import type { Counted, Rule } from "./rate-limit-rules.ts";
import {
  freeAtMs,
  nthWindow,
  usedOf,
  windowMsOf,
  type Windows,
  windowsOf,
} from "./sliding-window.ts";

/**
 * The maximum number of windows. They take about 3 MB of memory. A user's request is counted in up
 * to 7 windows. Two of them are shared with other users; five belong to this user or this address.
 */
const MAX_WINDOWS = 10_000;

const NONE: Windows = { previous: 0, current: 0 };

interface Window {
  readonly nth: number;
  /** The counts that Redis reported last. */
  shared: Windows;
  /**
   * The number of requests that this process admitted and that Redis has not counted, as far as this process
   * knows.
   */
  own: Windows;
}

function sumOf({ shared, own }: Window): Windows {
  return { previous: shared.previous + own.previous, current: shared.current + own.current };
}

function next({ current }: Windows): Windows {
  return current === 0 ? NONE : { previous: current, current: 0 };
}

function countOf(rule: Rule, window: Window, nowMs: number): RuleCount {
  const windows = sumOf(window);
  const used = usedOf(rule, windows, nowMs);
  const isAllowed = used < rule.quota;
  return {
    rule,
    isAllowed,
    remaining: Math.max(0, rule.quota - used),
    resetMs: isAllowed ? (window.nth + 1) * windowMsOf(rule) : freeAtMs(rule, windows, nowMs),
  };
}

/**
 * Returns the number of requests that this process admitted and that Redis still has not counted. Redis may
 * have counted a request that timed out here; then Redis's count is higher than expected, and the difference
 * is subtracted.
 */
function unseen({ shared, own }: Window, { rule, isAllowed, remaining }: RuleCount, nowMs: number) {
  const here = usedOf(rule, own, nowMs);
  if (here === 0) return NONE;
  const expected = usedOf(rule, shared, nowMs) + here + (isAllowed ? 1 : 0);
  const current = Math.min(here, Math.max(0, expected - (rule.quota - remaining)));
  return current === 0 ? NONE : { previous: 0, current };
}

export class LocalWindows {
  /**
   * The windows in the order of their use, the least recently used first. While Redis counts, only
   * the first use of a window changes the order.
   */
  readonly #windows = new Map<string, Window>();
  readonly #max: number;

  constructor(max = MAX_WINDOWS) {
    this.#max = max;
  }

  /** Counts a request if all of its rules allow it. A refused request uses up no quota. */
  take(counted: readonly Counted[], nowMs: number): RuleCount[] {
    const seen = counted.map((each) => this.#look(each, nowMs));
    if (seen.every(({ isAllowed }) => isAllowed)) {
      counted.forEach((each) => this.#add(each, nowMs));
      return seen.map((count) => ({ ...count, remaining: count.remaining - 1 }));
    }
    return seen;
  }

  /**
   * Stores the counts that Redis reports for a request, and adds the requests that this process admitted
   * without Redis.
   * @param nowMs when the request to Redis was sent, in milliseconds since 1970
   */
  syncWith(counted: readonly Counted[], counts: readonly RuleCount[], nowMs: number): RuleCount[] {
    return counts.map((count, index) => this.#syncOne(counted[index]!, count, nowMs));
  }

  get size(): number {
    return this.#windows.size;
  }

  #look({ rule, id }: Counted, nowMs: number): RuleCount {
    return countOf(rule, this.#at(`${rule.name}:${id}`, nthWindow(rule, nowMs)), nowMs);
  }

  #add({ rule, id }: Counted, nowMs: number): void {
    const key = `${rule.name}:${id}`;
    const window = this.#at(key, nthWindow(rule, nowMs));
    window.own = { ...window.own, current: window.own.current + 1 };
    this.#keep(key, window);
  }

  #syncOne({ rule, id }: Counted, count: RuleCount, nowMs: number): RuleCount {
    const key = `${rule.name}:${id}`;
    const nth = nthWindow(rule, nowMs);
    const window = this.#at(key, nth);
    // The window ended before the response arrived.
    if (window.nth > nth) return count;
    const own = unseen(window, count, nowMs);
    window.own = own;
    window.shared = windowsOf(rule, rule.quota - count.remaining, window.shared.previous, nowMs);
    // Every limited request runs this line. To save time, a window moves to the end of the order
    // only on its first use.
    if (this.#windows.get(key) !== window) this.#keep(key, window);
    const remaining = count.remaining - own.current;
    if (own === NONE || !count.isAllowed) return count;
    return remaining < 0 ? countOf(rule, window, nowMs) : { ...count, remaining };
  }

  /**
   * Returns the current window. If the stored window ended just before the current one began, its
   * counts become the counts of the previous window. The counts of an older window are dropped.
   */
  #at(key: string, nth: number): Window {
    const known = this.#windows.get(key);
    if (known !== undefined && known.nth >= nth) return known;
    if (known?.nth !== nth - 1) return { nth, shared: NONE, own: NONE };
    return { nth, shared: next(known.shared), own: next(known.own) };
  }

  #keep(key: string, window: Window): void {
    this.#windows.delete(key);
    this.#windows.set(key, window);
    if (this.#windows.size > this.#max) {
      const [oldest] = this.#windows.keys();
      this.#windows.delete(oldest!);
    }
  }
}
