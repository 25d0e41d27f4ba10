/**
 * Decides whether a request is allowed, from the number of earlier requests. Redis counts for all processes.
 * While Redis is slow, unavailable or gives an invalid response, this process counts alone and begins with
 * the last counts from Redis (docs/decisions/rate-limits.md).
 */
import type { HeaderPairs } from "../core/current-request.ts";
import type { Logger } from "../core/logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { RedisBreaker } from "../adapters/redis/redis-breaker.ts";
import { type RedisFailure, redisFailureOf } from "../adapters/redis/redis-failure.ts";
import { outcomeOf, type RuleCount } from "./limit-outcome.ts";
import { decisive, headersOf, type Quota, quotaOf } from "./rate-limit-headers.ts";
import { LocalWindows } from "./local-windows.ts";
import { RedisWindows } from "./redis-windows.ts";
import { type Counted, countedFor, type LimitedRequest, type Rule } from "./rate-limit-rules.ts";

export interface Verdict {
  /**
   * The headers RateLimit and RateLimit-Policy. They describe the rule that refuses the request,
   * or, if no rule refuses it, the rule that will refuse next.
   */
  readonly headers: HeaderPairs;
  /** The numbers of the rule in `headers`; absent if no rule counts the request. */
  readonly quota?: Quota;
  /** The error code of a refused request, and the seconds until the next request is allowed. */
  readonly refusal?: { readonly code: Rule["code"]; readonly retryAfterSeconds: number };
}

/** `check` never rejects and always ends soon: rate limiting must not block a payment. */
export interface Limiter {
  check(asking: LimitedRequest): Promise<Verdict>;
}

const ALLOWED: Verdict = { headers: [] };

interface LimiterOptions {
  readonly redis: RedisBreaker | NoRedis;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** The reason why Redis is unused: it is not configured, or its URL is invalid. */
export type NoRedis = "unconfigured" | "misconfigured";

type Reason = RedisFailure | NoRedis;

/** The counts of all processes together. */
interface SharedCounts {
  readonly redis: RedisBreaker;
  readonly windows: RedisWindows;
}

class WindowLimiter implements Limiter {
  readonly #options: LimiterOptions;
  readonly #local = new LocalWindows();
  readonly #shared: SharedCounts | NoRedis;
  /**
   * The reason why this process, not Redis, counted the last request; null if Redis counted it. The log is
   * written only when the reason changes.
   */
  #reason: Reason | null = null;

  constructor(options: LimiterOptions) {
    this.#options = options;
    const { redis } = options;
    this.#shared = typeof redis === "string"
      ? redis
      : { redis, windows: new RedisWindows(redis.client) };
  }

  async check(asking: LimitedRequest): Promise<Verdict> {
    const counted = countedFor(asking);
    if (counted.length === 0) return ALLOWED;
    const counts = await this.#take(counted);
    const count = decisive(counts);
    this.#countOutcomes(counts, count);
    const outcome = outcomeOf(count);
    const nowMs = this.#options.nowMs();
    const headers = headersOf(count, nowMs);
    const quota = quotaOf(count, nowMs);
    if (outcome !== "blocked") return { headers, quota };
    const refusal = { code: count.rule.code, retryAfterSeconds: quota.resetSeconds };
    return { headers, quota, refusal };
  }

  /**
   * Adds outcomes to the metrics: the outcome of the rule that the headers describe, and the
   * outcomes of all other rules that are beyond their soft limits.
   */
  #countOutcomes(counts: readonly RuleCount[], decided: RuleCount): void {
    for (const count of counts) {
      const outcome = outcomeOf(count);
      if (count !== decided && outcome !== "soft") continue;
      this.#options.metrics.count("limiter_decisions", { rule: count.rule.name, outcome });
    }
  }

  async #take(counted: Counted[]): Promise<RuleCount[]> {
    const { nowMs } = this.#options;
    if (typeof this.#shared === "string") return this.#takeHere(counted, this.#shared);
    const { redis, windows } = this.#shared;
    const blocked = windows.blocked(counted, nowMs());
    if (blocked.length > 0) return blocked;
    if (!redis.isUp()) return this.#takeHere(counted, "open");
    const askedMs = nowMs();
    try {
      const counts = await redis.ask(() => windows.take(counted, askedMs));
      this.#logChange(null);
      return this.#local.syncWith(counted, counts, askedMs);
    } catch (error) {
      return this.#takeHere(counted, redisFailureOf(error));
    }
  }

  #takeHere(counted: Counted[], reason: Reason): RuleCount[] {
    this.#options.metrics.count("limiter_fallbacks", { reason });
    this.#logChange(reason);
    return this.#local.take(counted, this.#options.nowMs());
  }

  #logChange(reason: Reason | null): void {
    if (reason === this.#reason) return;
    this.#reason = reason;
    const { log } = this.#options;
    if (reason === null) log("info", "rate limits are counted by Redis again");
    else if (typeof this.#shared !== "string") {
      log("warn", "rate limits are counted in this process", { fallback: reason });
    }
  }
}

export function createLimiter(options: LimiterOptions): Limiter {
  return new WindowLimiter(options);
}
