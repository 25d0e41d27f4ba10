import { waitFor } from "../../scripts/stack/wait.ts";

const DEADLINE_MS = 15_000;

/**
 * What the probe gives, as soon as that is something other than undefined. An error of the probe counts
 * as "not yet".
 * @throws when the deadline passes; the message says what was waited for
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const found = await waitFor(probe, deadlineMs);
  if (found === undefined) throw new Error(`not within ${deadlineMs} ms: ${what}`);
  return found;
}
