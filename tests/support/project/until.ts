import { delay } from "@farthing/command-line";

const DEADLINE_MS = 60_000;
const FIRST_MS = 25;
/** A user who polls like this asks some 70 times before the deadline; 100 a minute are theirs. */
const LONGEST_MS = 1_000;

/**
 * What the probe gives, as soon as that is something other than undefined. An error of the probe counts
 * as "not yet". Asks soon at first, and then less and less often.
 * @throws when the deadline passes; the message says what was waited for
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (let pauseMs = FIRST_MS;; pauseMs = Math.min(pauseMs * 1.25, LONGEST_MS)) {
    const found = await Promise.resolve().then(probe).catch(() => undefined);
    if (found !== undefined) return found;
    if (performance.now() >= end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await delay(pauseMs);
  }
}
