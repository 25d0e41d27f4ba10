/** Caps and ceilings that count by the UTC day or month. */
import { delay } from "@farthing/command-line";

const DAY_MS = 86_400_000;
const NEEDED_MS = 60_000;

/** Waits for the next UTC day if less than a minute of this day is left: a test's sums belong to one day. */
export async function untilDayHasAMinute(): Promise<void> {
  const leftMs = DAY_MS - Date.now() % DAY_MS;
  if (leftMs < NEEDED_MS) await delay(leftMs + 1_000);
}
