/** Waits until the current UTC day is long enough for a test of daily or monthly limits. */
import { delay } from "@farthing/command-line";

const DAY_MS = 86_400_000;
const NEEDED_MS = 60_000;

/**
 * Waits for the next UTC day if less than a minute of this day remains, so that all amounts of a
 * test count on one day.
 */
export async function untilDayHasAMinute(): Promise<void> {
  const leftMs = DAY_MS - Date.now() % DAY_MS;
  if (leftMs < NEEDED_MS) await delay(leftMs + 1_000);
}
