/** A clock that stands still until a test advances it. A sleep also advances it. */
import type { Clock } from "../../../../supabase/functions/_shared/core/timers.ts";

interface Timer {
  atMs: number;
  readonly everyMs: number | null;
  readonly call: () => void;
}

const START_MS = Date.parse("2026-11-21T12:00:00Z");

export class FakeClock implements Clock {
  #nowMs = START_MS;
  readonly #timers = new Set<Timer>();
  /** The length of each sleep so far, in ms. */
  readonly slept: number[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  /** Advances the time and calls the timers that become due, in order. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [timer] = [...this.#timers].filter(({ atMs }) => atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs);
      if (timer === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, timer.atMs);
      if (timer.everyMs === null) this.#timers.delete(timer);
      else timer.atMs += timer.everyMs;
      timer.call();
    }
    this.#nowMs = untilMs;
  }

  sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.advance(ms);
    return Promise.resolve();
  }

  every(ms: number, call: () => void): () => void {
    return this.#add({ atMs: this.#nowMs + ms, everyMs: ms, call });
  }

  after(ms: number, call: () => void): () => void {
    return this.#add({ atMs: this.#nowMs + ms, everyMs: null, call });
  }

  /** The number of timers that are still running. */
  get running(): number {
    return this.#timers.size;
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
}
