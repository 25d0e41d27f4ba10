/** Starts the tasks in order, at most `atOnce` at a time, and returns their results in order. */
export async function inParallel<Result>(
  tasks: readonly (() => Promise<Result>)[],
  atOnce: number,
): Promise<Result[]> {
  const waiting = tasks.entries();
  const results: Result[] = [];
  const work = async () => {
    for (const [nth, task] of waiting) results[nth] = await task();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
