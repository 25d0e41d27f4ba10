import type { Skipped } from "./suite.ts";

/**
 * Returns the report's entry for tests that are skipped because this machine has no redis-server.
 */
export function needsRedis(what: string): Skipped {
  return { what, why: "needs Redis (Debian: redis-server)" };
}
