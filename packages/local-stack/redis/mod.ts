/** The machine's Redis behind Upstash's REST API, and how it is made to fail. */
export type { Mode } from "./faults.ts";
export { type RedisPart, startRedisPart } from "./part.ts";
export { findRedisServer, redisDir } from "./places.ts";
