/** Calls the database again while it is away: what a step has done must not be lost to a restart. */
import { withOwnTime } from "../../core/deadline.ts";
import { ApiError } from "../../core/errors.ts";
import type { Clock } from "./clock.ts";

// 15.5 s in all, which a restart takes less than, and a quarter of a lease.
const WAITS_MS = [500, 1_000, 2_000, 4_000, 8_000];

const AWAY: ReadonlySet<string> = new Set(["upstream_unavailable", "request_timeout"]);

/** Whether the call may well succeed later, or has succeeded and nobody heard. */
export function isAway(error: unknown): boolean {
  return error instanceof ApiError && AWAY.has(error.code);
}

/** Only for calls that may run twice: every one of a runner's may, for it shows its token. */
export async function persist<T>(clock: Clock, call: () => Promise<T>): Promise<T> {
  for (const waitMs of WAITS_MS) {
    try {
      return await withOwnTime(call);
    } catch (error) {
      if (!isAway(error)) throw error;
    }
    await clock.sleep(waitMs);
  }
  return await withOwnTime(call);
}
