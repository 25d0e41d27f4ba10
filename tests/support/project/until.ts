import { delay } from "@farthing/command-line";

const DEADLINE_MS = 60_000;
const FIRST_MS = 25;
/**
 * The pauses grow to at most 1 s, so a user sends about 70 requests before the deadline. The rate
 * limit is 100 requests per minute.
 */
const LONGEST_MS = 1_000;

/**
 * Calls `probe` until it returns something other than undefined, and returns that value. An error
 * of the probe counts as undefined. The pauses between calls grow.
 * @throws when the deadline passes; the message contains `what`
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
