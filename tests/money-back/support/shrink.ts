/** Shortens a failing history as long as the shorter history still fails. */
import type { Step } from "../model/steps.ts";

/**
 * `fails` must return true if the ledger and the model disagree after these steps. It may throw if
 * the steps contradict each other.
 */
export async function shrunk(
  steps: readonly Step[],
  fails: (steps: readonly Step[]) => Promise<boolean>,
): Promise<readonly Step[]> {
  let shortest = steps;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < shortest.length;) {
      const candidate = shortest.toSpliced(at, size);
      if (await fails(candidate).catch(() => false)) shortest = candidate;
      else at += size;
    }
  }
  return shortest;
}
