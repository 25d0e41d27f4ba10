/**
 * A real Redis reports its memory, keys and connections. The hourly check of Redis reads these
 * figures (docs/reference/health.md).
 */
import assert from "node:assert/strict";
import { limitsFromEnv } from "../../supabase/functions/_shared/limits/limiter-from-env.ts";
import { NO_METRICS } from "../../supabase/functions/_shared/metrics/metrics.ts";
import { TOKEN, withPart } from "@farthing/local-stack/testing";

// The client keeps its connections after a test, so Deno must not report them as leaks.
const OPTIONS = { sanitizeResources: false, sanitizeOps: false };

const WANTED = { log: () => {}, metrics: NO_METRICS, waitUntil: () => {} };

function limitsAt(url: string, token = TOKEN) {
  const env = { UPSTASH_REDIS_REST_URL: new URL(url), UPSTASH_REDIS_REST_TOKEN: token };
  return limitsFromEnv(env as unknown as Parameters<typeof limitsFromEnv>[0], WANTED);
}

Deno.test("Redis reports its memory, keys and connections", OPTIONS, async () => {
  await withPart(async (_, redis, url) => {
    const { readRedisFigures } = limitsAt(url);
    const before = await readRedisFigures();
    await redis.set("here", 1);
    await redis.mget("here", "here", "not here");
    const after = await readRedisFigures();
    const grown = (name: string) => after[name]! - before[name]!;
    assert.deepEqual([grown("keyspace_hits"), grown("keyspace_misses")], [2, 1]);
    assert.ok(after.memory_used_bytes! > 100_000 && after.connections! >= 1);
    assert.deepEqual([after.memory_max_bytes, after.evicted_keys], [64 * 1024 * 1024, 0]);
  });
});

Deno.test(
  "an unavailable or refusing Redis has no figures, and none of them is 0",
  OPTIONS,
  async () => {
    await withPart(async (part, _, url) => {
      assert.deepEqual(await limitsAt(url, "another token").readRedisFigures(), {});
      const { readRedisFigures } = limitsAt(url);
      for (const mode of ["hang", "invalid", "down"] as const) {
        await part.turn(mode);
        assert.deepEqual(await readRedisFigures(), {}, mode);
      }
    });
    const unconfigured = limitsFromEnv({} as Parameters<typeof limitsFromEnv>[0], WANTED);
    assert.deepEqual(await unconfigured.readRedisFigures(), {});
  },
);
