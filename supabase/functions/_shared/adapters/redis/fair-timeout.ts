/** A timeout that does not take a busy process of ours for a slow service. */

/** Waited for piece by piece. */
const PIECE_MS = 25;
/** A piece that took longer than this was not spent listening: an answer may have come, and nobody heard. */
const HEARD_MS = 2 * PIECE_MS;

/**
 * Settles as `work` does, or rejects with what `late` makes once this process has listened for `ms` in vain.
 * While it was too busy to listen (its timers came late, too) no time passes; the guard's timeout ends that.
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
      // Timers come a little late, each of them: what has passed counts, and not what was asked for.
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
