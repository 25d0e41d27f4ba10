/**
 * The modes of the Redis part, each with its switch `POST /stack/redis/<mode>`. In `redis-part.ts`,
 * `down` refuses connections and `full` lowers Redis's memory limit; `rest-api-faults.ts` has the
 * others.
 */
export const MODES = ["ok", "down", "slow", "hang", "wrong-token", "full", "invalid"] as const;

export type Mode = typeof MODES[number];
