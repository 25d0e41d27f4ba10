/** Time: as text for logs and answers, and as a clock that tests can replace. */

let lastMs = 0;
let lastText = new Date(0).toISOString();

/** RFC 3339 in UTC. Many requests share a millisecond, so its text is cached for the next one. */
export function timestampOf(now: Date): string {
  const ms = now.getTime();
  if (ms !== lastMs) {
    lastMs = ms;
    lastText = now.toISOString();
  }
  return lastText;
}

/** The time as runners use it. Tests pass a clock of their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  sleep(ms: number): Promise<void>;
  /** Calls repeatedly until the returned function is called. */
  every(ms: number, call: () => void): () => void;
  /** Calls once, unless the returned function is called before. */
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
