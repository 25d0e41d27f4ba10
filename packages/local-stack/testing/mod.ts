/** Servers and ports of a test's own. */
export { freeOffset } from "../core/testing/free-offset.ts";
export { withServer } from "../postgres/testing/server.ts";
export { TOKEN, withPart } from "../redis/testing/redis.ts";
