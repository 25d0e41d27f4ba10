/**
 * A Redis for the benchmark. It is called through the local stack's REST API, and it can be made
 * to fail.
 */
import { Redis } from "@upstash/redis";
import { portsAt } from "@farthing/local-stack/running";
import { type RedisPart, startRedisPart } from "@farthing/local-stack/redis";
import { freeOffset } from "@farthing/local-stack/testing";

export interface BenchRedis extends RedisPart {
  /** The URL of the REST API. The password in the URL is the Redis token. */
  readonly url: string;
  readonly client: Redis;
}

export async function startBenchRedis(binary: string): Promise<BenchRedis> {
  const dataDir = await Deno.makeTempDir({ prefix: "farthing-bench-redis-" });
  const offset = freeOffset();
  const { redis: number } = portsAt(offset);
  const token = crypto.randomUUID();
  const port = { port: number, purpose: "Redis", offset };
  const part = await startRedisPart({ binary, dataDir, port, token });
  return {
    ...part,
    async stop() {
      await part.stop();
      await Deno.remove(dataDir, { recursive: true });
    },
    url: `http://farthing:${token}@127.0.0.1:${number}`,
    client: new Redis({ url: `http://127.0.0.1:${number}`, token, enableTelemetry: false }),
  };
}
