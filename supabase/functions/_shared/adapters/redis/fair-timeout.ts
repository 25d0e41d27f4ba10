/** A timeout that does not count the time in which this process was busy. */

/** A wait is divided into pieces of this length in ms. */
const PIECE_MS = 25;
/**
 * If a piece took longer than this, the process was busy, and may not have read a response that had
 * arrived.
 */
const HEARD_MS = 2 * PIECE_MS;

/**
 * Settles as `work` does, or rejects with `late()` after `ms` milliseconds without a response. A
 * timer that fires late shows that the process was busy; that time does not count. The timeout of
 * the resilience policy limits the total time.
 */
export async function withFairTimeout<T>(
  ms: number,
  work: Promise<T>,
  late: () => Error,
): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  let leftMs = ms;
  let timer: ReturnType<typeof setTimeout>;
  let isOver = false;
  const listen = () => {
    const begunMs = performance.now();
    timer = setTimeout(() => {
      // In Deno 2.1.4, clearTimeout() does not stop a timer that is already due.
      if (isOver) return;
      const passedMs = performance.now() - begunMs;
      // Every timer is a little late, so the elapsed time is subtracted, not the requested time.
      if (passedMs <= HEARD_MS) leftMs -= passedMs;
      if (leftMs < 1) reject(late());
      else listen();
    }, Math.min(PIECE_MS, leftMs));
  };
  listen();
  try {
    return await Promise.race([work, over]);
  } finally {
    isOver = true;
    clearTimeout(timer!);
  }
}
