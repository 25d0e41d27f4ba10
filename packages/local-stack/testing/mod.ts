/** Servers and ports for tests. */
export { freeOffset } from "../core/testing/free-offset.ts";
export { startOnFreePort } from "../postgres/testing/free-port-server.ts";
export { withServer } from "../postgres/testing/server.ts";
export { TOKEN, withPart } from "../redis/testing/redis.ts";
export { freePort } from "../core/testing/free-port.ts";
