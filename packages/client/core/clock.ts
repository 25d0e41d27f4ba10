/** The time, as an argument: tests pass a clock that they move. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Resolves after `ms`. @throws the signal's reason once it aborts */
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

/** The wait before the next look at a resource that changes: 2, 4, then 8 seconds. */
export function pollSeconds(looks: number): number {
  return Math.min(2 ** Math.max(looks, 1), 8);
}
