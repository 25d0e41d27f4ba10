/** The clock and the timers of runners. Tests replace both. */

export interface Clock {
  /** Returns milliseconds since 1970. */
  nowMs(): number;
  sleep(ms: number): Promise<void>;
  /** Calls `call` every `ms` milliseconds until the returned function is called. */
  every(ms: number, call: () => void): () => void;
  /** Calls `call` once after `ms` milliseconds, unless the returned function is called first. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  every(ms, call) {
    const timer = setInterval(call, ms);
    return () => clearInterval(timer);
  },
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
