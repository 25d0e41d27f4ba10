/** The source of time. Tests pass a clock that they control. */
export interface Clock {
  /** Milliseconds since an arbitrary moment. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds.
   * @throws the signal's reason when the signal aborts
   */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The longest delay that `setTimeout` accepts, 24 days. A timer with a longer delay fires at once.
 */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, Math.min(ms, LONGEST_TIMER_MS));
      signal?.addEventListener("abort", stop, { once: true });
    }),
};

/** Returns the seconds to wait after this number of polls: 2, 4, and then always 8. */
export function pollSeconds(looks: number): number {
  return Math.min(2 ** Math.max(looks, 1), 8);
}
