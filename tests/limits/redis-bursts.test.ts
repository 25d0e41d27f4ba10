/** The functions' limiter with a real Redis that fails and recovers. */
import assert from "node:assert/strict";
import { createLimiter, type Limiter } from "../../supabase/functions/_shared/limits/limiter.ts";
import { NO_METRICS } from "../../supabase/functions/_shared/metrics/metrics.ts";
import { createRedisBreaker } from "../../supabase/functions/_shared/adapters/redis/redis-breaker.ts";
import { createRedis } from "../../supabase/functions/_shared/adapters/redis/redis.ts";
import { waitFor } from "@farthing/command-line";
import type { Mode, RedisPart } from "@farthing/local-stack/redis";
import { TOKEN, withPart } from "@farthing/local-stack/testing";

/** The number of chats that a user may begin in a minute. */
const QUOTA = 20;
/** The longest wait until the circuit breaker has closed again. */
const FOUND_AGAIN_MS = 60_000;
const MINUTE_MS = 60_000;

interface Limited {
  readonly limiter: Limiter;
  readonly isUp: () => boolean;
}

function limitedBy(url: string): Limited {
  const metrics = NO_METRICS;
  const client = createRedis({ url, token: TOKEN });
  const redis = createRedisBreaker({ client, metrics, waitUntil: () => {} });
  const limiter = createLimiter({ redis, metrics, log: () => {}, nowMs: Date.now });
  return { limiter, isUp: redis.isUp };
}

/**
 * Checks the limit for this many chats of a user at the same moment, and returns how many the
 * limiter admits.
 */
async function admitted({ limiter }: Limited, userId: string, chats: number): Promise<number> {
  const caller = { kind: "user", userId, isOperator: false, hasSecondFactor: false } as const;
  const asking = { limit: "ai", caller, key: "publishable", ipHash: userId } as const;
  const verdicts = await Promise.all(Array.from({ length: chats }, () => limiter.check(asking)));
  return verdicts.filter(({ refusal }) => refusal === undefined).length;
}

/** Counts the admitted chats before, during and after the failure of Redis. */
async function across(mode: Mode, part: RedisPart, url: string): Promise<number[]> {
  const limited = limitedBy(url);
  const user = crypto.randomUUID();
  const before = await admitted(limited, user, 12);
  await part.turn(mode);
  const during = await admitted(limited, user, 12);
  await part.turn("ok");
  assert.ok(
    await waitFor(() => limited.isUp() || undefined, FOUND_AGAIN_MS),
    "the circuit breaker closes again",
  );
  return [before, during, await admitted(limited, user, 12)];
}

/** Repeats a run if a new minute, and therefore a new window, has begun during the run. */
async function withinAMinute<T>(run: () => Promise<T>): Promise<T> {
  for (;;) {
    const minute = Math.floor(Date.now() / MINUTE_MS);
    const result = await run();
    if (Math.floor(Date.now() / MINUTE_MS) === minute) return result;
  }
}

// A slow Redis counts the request, but answers too late. In the other failure modes Redis does not count
// the request.
for (const mode of ["slow", "hang", "down", "full"] as const) {
  Deno.test(`T17 a burst during which Redis becomes ${mode} gets its limit once, not twice`, {
    sanitizeResources: false, // The client keeps its connections after a test.
    sanitizeOps: false,
  }, async () => {
    await withPart(async (part, _, url) => {
      const counts = await withinAMinute(() => across(mode, part, url));
      assert.deepEqual(counts, [12, QUOTA - 12, 0]);
    });
  });
}
