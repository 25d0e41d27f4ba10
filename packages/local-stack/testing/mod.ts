/** Servers and ports for tests. */
export { freeOffset } from "../core/testing/free-offset.ts";
export { withServer } from "../postgres/testing/server.ts";
export { TOKEN, withPart } from "../redis/testing/redis.ts";
