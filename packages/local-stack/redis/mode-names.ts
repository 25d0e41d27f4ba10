/**
 * The names of the modes of the Redis part, each with its switch `POST /stack/redis/<mode>`.
 * `redis-part.ts` contains `down`, which refuses connections, and `full`, which lowers Redis's
 * memory limit. `rest-api-faults.ts` contains the other modes, such as `slow`, which delays each
 * answer.
 */
export const MODES = ["ok", "down", "slow", "hang", "wrong-token", "full", "invalid"] as const;

export type Mode = typeof MODES[number];
