/** Redis behind its circuit breaker: asked only while it is known to answer, and probed in the background. */
import { errors, type Redis } from "@upstash/redis";
import type { Metrics } from "../../metrics/metrics.ts";
import { TimedOut } from "../../resilience/attempt.ts";
import {
  BreakerOpen,
  createResiliencePolicy,
  type ResiliencePolicy,
} from "../../resilience/resilience-policy.ts";
import { EXTERNAL_SERVICES } from "../../resilience/external-services.ts";
import { withFairTimeout } from "./fair-timeout.ts";
import { CONNECTION_MS } from "./redis.ts";

export interface GuardedRedis {
  readonly client: Redis;
  /** Costs nothing. While it is false, Redis is probed in the background, and no request waits for that. */
  isUp(): boolean;
  /** @throws TimedOut, BreakerOpen, or the client's own errors */
  ask<T>(run: () => Promise<T>): Promise<T>;
  /** Whether it answers now and accepts a write. */
  answers(): Promise<boolean>;
}

interface GuardedRedisOptions {
  readonly client: Redis;
  readonly metrics: Metrics;
  /** Keeps the isolate while Redis is probed. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** Why Redis did not count a request, as the metrics name it. */
export type RedisFailure = "slow" | "down" | "denied" | "full" | "nonsense" | "open";

/** The runtime's words for a failed connection; every other TypeError comes from a misread answer. */
const NO_CONNECTION = /error sending request|fetch failed|connection|network/i;

export function redisFailureOf(error: unknown): RedisFailure {
  if (error instanceof BreakerOpen) return "open";
  if (error instanceof TimedOut) return "slow";
  if (error instanceof DOMException) return error.name === "TimeoutError" ? "slow" : "down";
  if (error instanceof errors.UpstashJSONParseError) return "nonsense";
  const message = error instanceof Error ? error.message : "";
  if (error instanceof TypeError) return NO_CONNECTION.test(message) ? "down" : "nonsense";
  if (!(error instanceof errors.UpstashError)) return "nonsense";
  if (/WRONGPASS|NOAUTH|NOPERM|unauthorized/i.test(message)) return "denied";
  return /\bOOM\b|max (daily|request)/i.test(message) ? "full" : "down";
}

const PROBE_KEY = "farthing:looked-for";

/** A full Redis answers PING and counts nothing, so the probe writes a value. */
async function write(client: Redis): Promise<void> {
  const answer: unknown = await client.set(PROBE_KEY, 1, { px: CONNECTION_MS });
  if (answer !== "OK") throw new Error("redis: invalid response");
}

export function guardRedis({ client, metrics, waitUntil }: GuardedRedisOptions): GuardedRedis {
  // An answer without a count is of no use: a wrong token and a full memory count as outages, too.
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
      // The one call that decides would cost its request the whole timeout.
      if (state === "half_open" && !isProbing) waitUntil(probe());
      return state === "closed";
    },
  };
}
