/** Waits if the current UTC day ends too soon for a test of daily or monthly limits. */
import { delay } from "@farthing/command-line";

const DAY_MS = 86_400_000;
const NEEDED_MS = 60_000;

/**
 * If less than a minute of this UTC day remains, waits for the next day, so that all amounts of a test
 * count on one day.
 */
export async function untilDayHasAMinute(): Promise<void> {
  const leftMs = DAY_MS - Date.now() % DAY_MS;
  if (leftMs < NEEDED_MS) await delay(leftMs + 1_000);
}
