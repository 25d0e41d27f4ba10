/** A timeout that does not mistake our own busy process for a slow service. */

/** The wait is divided into pieces of this length. */
const PIECE_MS = 25;
/** In a longer piece the process did not listen: an answer may have come that it has not read. */
const HEARD_MS = 2 * PIECE_MS;

/**
 * Settles as `work` does, or rejects with `late()` once this process has listened for `ms` in vain. While it
 * was too busy to listen (its timers came late, too), no time passes; the guard's timeout bounds that.
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
      // Deno 2.1.4 still calls a timer that was cleared after its time had come.
      if (isOver) return;
      const passedMs = performance.now() - begunMs;
      // Every timer comes a little late, so the passed time counts, and not the requested time.
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
