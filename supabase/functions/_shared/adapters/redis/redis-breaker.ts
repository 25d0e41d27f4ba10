/**
 * Redis behind a circuit breaker. After an outage, Redis is probed in the background, and requests
 * don't wait.
 */
import type { Redis } from "@upstash/redis";
import type { Metrics } from "../../metrics/metrics.ts";
import { TimedOut } from "../../resilience/attempt.ts";
import {
  createResiliencePolicy,
  type ResiliencePolicy,
} from "../../resilience/resilience-policy.ts";
import { EXTERNAL_SERVICES } from "../../resilience/external-services.ts";
import { withFairTimeout } from "./fair-timeout.ts";
import { CONNECTION_MS } from "./redis.ts";

export interface RedisBreaker {
  readonly client: Redis;
  /**
   * Returns whether the breaker is closed, without waiting for Redis. If the breaker is half-open,
   * Redis is probed in the background.
   */
  isUp(): boolean;
  /** @throws TimedOut, BreakerOpen, or an error of the client */
  ask<T>(run: () => Promise<T>): Promise<T>;
  /** Returns true if Redis answers now and accepts a write. */
  answers(): Promise<boolean>;
}

interface RedisBreakerOptions {
  readonly client: Redis;
  readonly metrics: Metrics;
  /** Keeps the isolate alive while Redis is probed. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

const PROBE_KEY = "farthing:looked-for";

/** The probe writes a value, because a Redis without free memory answers PING but cannot count. */
async function write(client: Redis): Promise<void> {
  const answer: unknown = await client.set(PROBE_KEY, 1, { px: CONNECTION_MS });
  if (answer !== "OK") throw new Error("redis: invalid response");
}

export function createRedisBreaker(
  { client, metrics, waitUntil }: RedisBreakerOptions,
): RedisBreaker {
  // Every error is an outage, even a wrong token or a full memory: a response without a count is
  // useless.
  const policy: ResiliencePolicy = createResiliencePolicy("redis", {
    isOutage: () => true,
    metrics,
  });
  const { timeoutMs } = EXTERNAL_SERVICES.redis;

  function ask<T>(run: () => Promise<T>): Promise<T> {
    const late = () => new TimedOut("redis", timeoutMs);
    return policy.execute(() => withFairTimeout(timeoutMs, run(), late), {
      timeoutMs: CONNECTION_MS,
    });
  }

  async function answers(): Promise<boolean> {
    try {
      await ask(() => write(client));
      return true;
    } catch {
      return false;
    }
  }

  let isProbing = false;
  async function probe(): Promise<void> {
    isProbing = true;
    await answers();
    isProbing = false;
  }

  return {
    client,
    ask,
    answers,
    isUp() {
      const state = policy.state();
      // A request must not test a half-open breaker: the request might have to wait for the whole
      // timeout.
      if (state === "half_open" && !isProbing) waitUntil(probe());
      return state === "closed";
    },
  };
}
