/**
 * The names of the modes of the Redis part, each with its switch `POST /stack/redis/<mode>`. In
 * `redis-part.ts`, `down` refuses connections and `full` lowers Redis's memory limit;
 * `rest-api-faults.ts` has the others, such as the delay of `slow`.
 */
export const MODES = ["ok", "down", "slow", "hang", "wrong-token", "full", "invalid"] as const;

export type Mode = typeof MODES[number];
