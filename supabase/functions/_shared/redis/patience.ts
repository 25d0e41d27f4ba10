/** A time-out that does not take a busy process of ours for a slow service. */

/** Between two of them the process has listened to the network at least once. */
const TURNS = 4;

/**
 * Settles as `work` does, or rejects with what `late` makes once `ms` have passed in turns of the event loop.
 * A process that was busy for that long has heard no answer either, however early it came: then an answer is
 * read first, and the wait is as long as the process was busy.
 */
export async function withPatience<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  let left = TURNS;
  let timer: ReturnType<typeof setTimeout>;
  const turn = () => {
    if (left === 0) reject(late());
    else timer = setTimeout(turn, ms / TURNS);
    left -= 1;
  };
  turn();
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer!);
  }
}
