/**
 * Makes the rate limiter from the environment, and the checks of the limiter's Redis for the health endpoint.
 */
import type { Env } from "../core/env.ts";
import type { RedisBreaker } from "../adapters/redis/redis-breaker.ts";
import type { RedisFigures } from "../adapters/redis/redis-figures.ts";
import type { Logger } from "../core/logger.ts";
import type { CheckState } from "../contracts/health.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Limiter, NoRedis } from "./limiter.ts";

type Address = Pick<Env, "UPSTASH_REDIS_REST_URL" | "UPSTASH_REDIS_REST_TOKEN">;

interface LimitDependencies {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** The part of Services that this file makes. */
interface Limits {
  readonly limiter: Limiter;
  readonly checkRedis: () => Promise<CheckState>;
  readonly readRedisFigures: () => Promise<RedisFigures>;
}

interface LimiterParts {
  readonly redis: RedisBreaker | NoRedis;
  readonly limiter: Limiter;
}

const NO_FIGURES: RedisFigures = {};

async function redisFromEnv(
  env: Address,
  dependencies: LimitDependencies,
): Promise<RedisBreaker | NoRedis> {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = env;
  if (url === undefined || token === undefined) return "unconfigured";
  const [{ createRedis }, { createRedisBreaker }] = await Promise.all([
    import("../adapters/redis/redis.ts"),
    import("../adapters/redis/redis-breaker.ts"),
  ]);
  try {
    return createRedisBreaker({ client: createRedis({ url, token }), ...dependencies });
  } catch (error) {
    // If the client does not accept the configured URL, limited requests must still work, so the error is
    // logged and Redis is unused.
    dependencies.log("error", "Redis is not used: its URL is invalid", { detail: String(error) });
    return "misconfigured";
  }
}

/**
 * Returns Redis's statistics; none if Redis is unavailable or does not support INFO. Missing
 * statistics are not an error, because rate limits don't need them.
 */
async function figuresFrom(redis: RedisBreaker | NoRedis, env: Address): Promise<RedisFigures> {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = env;
  if (typeof redis === "string" || url === undefined || token === undefined) return NO_FIGURES;
  const { askFigures } = await import("../adapters/redis/redis-figures.ts");
  return await redis.ask(() => askFigures({ url, token })).catch(() => NO_FIGURES);
}

async function make(env: Address, dependencies: LimitDependencies): Promise<LimiterParts> {
  const redis = await redisFromEnv(env, dependencies);
  const { createLimiter } = await import("./limiter.ts");
  return { redis, limiter: createLimiter({ redis, nowMs: Date.now, ...dependencies }) };
}

/**
 * Makes the limiter. Without a Redis URL each process counts alone, and the database still applies
 * its own limits. The limiter's code is loaded on first use, because Stripe's webhook and the
 * settling of holds never need it.
 */
export function limitsFromEnv(env: Address, dependencies: LimitDependencies): Limits {
  let making: Promise<LimiterParts> | undefined;
  const get = () => making ??= make(env, dependencies);
  return {
    limiter: { check: async (asking) => await (await get()).limiter.check(asking) },
    checkRedis: async () => {
      const { redis } = await get();
      return typeof redis !== "string" && await redis.answers() ? "ok" : "degraded";
    },
    readRedisFigures: async () => await figuresFrom((await get()).redis, env),
  };
}
