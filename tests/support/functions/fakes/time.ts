/**
 * Time that stands still until a test advances it, for code that uses the global clock and timers.
 */

interface Timer {
  readonly atMs: number;
  readonly call: () => void;
}

export interface FakeTime {
  /**
   * Advances the time. Calls the timers that become due, in the order of their times, and runs the
   * work that follows each timer.
   */
  advance(ms: number): Promise<void>;
  /** The delays of all timers in ms, in the order in which they were set. */
  readonly timers: readonly number[];
}

/** Runs all pending work that does not wait for a timer. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

/**
 * Runs a test with time that stands still. The test must not make network calls, because the network uses
 * the real time.
 */
export async function withFakeTime(test: (time: FakeTime) => Promise<void>): Promise<void> {
  const { setTimeout, clearTimeout, setInterval, clearInterval, Date: { now } } = globalThis;
  const { now: monotonic } = performance;
  const timers = new Map<number, Timer>();
  const asked: number[] = [];
  let nowMs = now();
  const startMs = nowMs;
  const every = (call: () => void, ms: number) => {
    asked.push(ms);
    const id = asked.length;
    const again = () => {
      timers.set(id, { atMs: nowMs + ms, call: again });
      call();
    };
    timers.set(id, { atMs: nowMs + ms, call: again });
    return id;
  };
  Object.assign(globalThis, {
    setInterval: every,
    clearInterval: (id: number) => timers.delete(id),
    setTimeout: (call: () => void, ms = 0) => {
      asked.push(ms);
      timers.set(asked.length, { atMs: nowMs + ms, call });
      return asked.length;
    },
    clearTimeout: (id: number) => timers.delete(id),
  });
  Date.now = () => nowMs;
  performance.now = () => nowMs - startMs;
  async function advance(ms: number) {
    const untilMs = nowMs + ms;
    for (;;) {
      await settle();
      const [next] = [...timers].filter(([, { atMs }]) => atMs <= untilMs)
        .sort(([, a], [, b]) => a.atMs - b.atMs);
      if (next === undefined) break;
      nowMs = Math.max(nowMs, next[1].atMs);
      timers.delete(next[0]);
      next[1].call();
    }
    nowMs = untilMs;
    await settle();
  }
  try {
    await test({ advance, timers: asked });
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout, setInterval, clearInterval });
    Date.now = now;
    performance.now = monotonic;
  }
}
