/** The machine's Redis behind Upstash's REST API, and the switches that make it fail in tests. */
export type { Mode } from "./mode-names.ts";
export { type RedisPart, startRedisPart } from "./redis-part.ts";
export { findRedisServer, redisDir } from "./find-redis.ts";
