/** Makes a history that fails shorter, as long as it fails. */
import type { Step } from "../model/steps.ts";

/** @param fails whether ledger and model disagree on these steps; it may throw where they make no sense */
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
