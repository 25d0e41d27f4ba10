import type { Clock } from "../core/clock.ts";

interface Timer {
  readonly at: number;
  fire(): void;
}

/** Waits up to this long end by themselves; a longer one, such as a deadline, only when its time comes. */
const SHORT_MS = 30_000;

/** A clock whose short waits end at once, and move the time by their length. */
export class FakeClock implements Clock {
  /** The short waits, in milliseconds. */
  readonly waits: number[] = [];
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
    }
    await promise;
  }

  /** Moves the time, and ends the waits that are over then. */
  advance(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#now);
    this.#timers = this.#timers.filter(({ at }) => at > this.#now);
    for (const timer of due) timer.fire();
  }
}
