import type { Skipped } from "./suite.ts";

/** What needs a real Redis, where there is none. */
export function needsRedis(what: string): Skipped {
  return { what, why: "needs Redis (Debian: redis-server)" };
}
