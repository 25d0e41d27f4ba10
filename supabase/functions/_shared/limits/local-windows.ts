/**
 * Counts in this process alone, by the arithmetic that Redis is asked to use: what limits are while Redis is
 * away. Its memory is bounded; who has not asked for longest is forgotten first.
 */
import type { Count } from "./count.ts";
import type { Counted } from "./rules.ts";
import { freeAtMs, nthWindow, usedOf, windowMsOf, type Windows } from "./sliding-window.ts";

/** Of 5 to 7 that a request is counted by, all but two are its user's or address's own. About 2 MB. */
const MAX_WINDOWS = 10_000;

interface Window extends Windows {
  readonly nth: number;
}

const EMPTY: Window = { nth: 0, previous: 0, current: 0 };

export class LocalWindows {
  /** In the order of their last use. */
  readonly #windows = new Map<string, Window>();
  readonly #max: number;

  constructor(max = MAX_WINDOWS) {
    this.#max = max;
  }

  /** Counts a request where all of its rules allow it; a refused one takes nobody's room. */
  take(counted: readonly Counted[], nowMs: number): Count[] {
    const seen = counted.map((each) => this.#look(each, nowMs));
    if (seen.every(({ isAllowed }) => isAllowed)) {
      counted.forEach((each) => this.#add(each, nowMs));
      return seen.map((count) => ({ ...count, remaining: count.remaining - 1 }));
    }
    return seen;
  }

  get size(): number {
    return this.#windows.size;
  }

  #look({ rule, id }: Counted, nowMs: number): Count {
    const windows = this.#at(`${rule.name}:${id}`, nthWindow(rule, nowMs));
    const used = usedOf(rule, windows, nowMs);
    const isAllowed = used < rule.quota;
    return {
      rule,
      isAllowed,
      remaining: Math.max(0, rule.quota - used),
      resetMs: isAllowed ? (windows.nth + 1) * windowMsOf(rule) : freeAtMs(rule, windows, nowMs),
    };
  }

  /** The window of now: what was the current one may be the one before by now, or long over. */
  #at(key: string, nth: number): Window {
    const known = this.#windows.get(key) ?? EMPTY;
    if (known.nth === nth) return known;
    return { nth, previous: known.nth === nth - 1 ? known.current : 0, current: 0 };
  }

  #add({ rule, id }: Counted, nowMs: number): void {
    const key = `${rule.name}:${id}`;
    const { nth, previous, current } = this.#at(key, nthWindow(rule, nowMs));
    this.#windows.delete(key);
    this.#windows.set(key, { nth, previous, current: current + 1 });
    if (this.#windows.size > this.#max) {
      const [oldest] = this.#windows.keys();
      this.#windows.delete(oldest!);
    }
  }
}
