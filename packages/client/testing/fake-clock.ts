import type { Clock } from "../core/clock.ts";

interface Timer {
  readonly at: number;
  fire(): void;
}

/**
 * A wait that is shorter than this ends at once. A longer wait, such as a deadline, ends only when
 * `advance` reaches its end.
 */
const SHORT_MS = 30_000;

/** A clock on which a short wait ends immediately and advances the time by its length. */
export class FakeClock implements Clock {
  /** The lengths of the short waits, in milliseconds. */
  readonly waits: number[] = [];
  /** Called when a long wait, such as a deadline, has begun. */
  onLongWait: (ms: number) => void = () => {};
  #now = 0;
  #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#timers.push({ at: this.#now + ms, fire: resolve });
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (ms < SHORT_MS) {
      this.waits.push(ms);
      this.advance(ms);
    } else this.onLongWait(ms);
    await promise;
  }

  /** Advances the time, and ends the waits whose end is reached. */
  advance(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const timer of due) timer.fire();
  }
}
