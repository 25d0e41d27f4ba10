/** The source of time. It is an argument, so that tests can pass a clock that they control. */
export interface Clock {
  /** Milliseconds since an arbitrary moment. */
  now(): number;
  /**
   * Resolves after `ms` milliseconds.
   * @throws the signal's reason when the signal aborts
   */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

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
      }, ms);
      signal?.addEventListener("abort", stop, { once: true });
    }),
};

/** Returns the seconds to wait between polls: 2, 4, and then always 8. */
export function pollSeconds(looks: number): number {
  return Math.min(2 ** Math.max(looks, 1), 8);
}
