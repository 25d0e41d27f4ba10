import type { Skipped } from "./suite.ts";

/** Returns the skipped part of a run for tests that need a real Redis. */
export function needsRedis(what: string): Skipped {
  return { what, why: "needs Redis (Debian: redis-server)" };
}
