/** A separate Redis for each test, behind the REST API, with Upstash's client. */
import { Redis } from "@upstash/redis";
import { portsAt } from "../../core/ports.ts";
import { connect } from "../connection.ts";
import { createRestApi } from "../rest-api.ts";
import { type RedisPart, startRedisPart } from "../redis-part.ts";
import { findRedisServer } from "../find-redis.ts";
import { startRedis } from "../redis-process.ts";
import { freeOffset } from "../../core/testing/free-offset.ts";

export const TOKEN = "a-token-of-the-tests";

export function needRedis(): string {
  const binary = findRedisServer();
  if (binary === undefined) {
    throw new Error("this test needs redis-server (Debian package redis-server)");
  }
  return binary;
}

export interface RestApi {
  readonly url: string;
  /** The paths of the requests so far, oldest first. */
  readonly asked: readonly string[];
  /** Kills the Redis process; the REST API keeps running. */
  kill(): Promise<void>;
}

/** Makes a client that never retries a command, so that a test sees every failure. */
export function clientOf(url: string, token = TOKEN): Redis {
  return new Redis({ url, token, retry: false, enableTelemetry: false });
}

export async function withRestApi(
  use: (redis: Redis, api: RestApi) => Promise<void>,
): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "farthing-redis-" });
  const process = await startRedis(needRedis(), dataDir);
  const connection = await connect(process.socket);
  const app = createRestApi(connection, TOKEN);
  const asked: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      asked.push(new URL(request.url).pathname);
      return await app.fetch(request);
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  try {
    await use(clientOf(url), { url, asked, kill: () => process.stop() });
  } finally {
    await server.shutdown();
    connection.close();
    await process.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** Runs a separate Redis for one test, with switches that make it fail. */
export async function withPart(
  use: (part: RedisPart, redis: ReturnType<typeof clientOf>, url: string) => Promise<void>,
): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "farthing-redis-" });
  const offset = freeOffset();
  const port = { port: portsAt(offset).redis, purpose: "Redis", offset };
  const part = await startRedisPart({ binary: needRedis(), dataDir, port, token: TOKEN });
  const url = `http://127.0.0.1:${port.port}`;
  try {
    await use(part, clientOf(url), url);
  } finally {
    await part.stop();
    await Deno.remove(dataDir, { recursive: true });
  }
}
