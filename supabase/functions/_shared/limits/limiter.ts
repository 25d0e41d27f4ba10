/**
 * Whether a request may go on, by how many came before it: counted in Redis for all processes, and in this
 * one alone while Redis is slow, away, or not itself (docs/decisions/rate-limits.md).
 */
import type { HeaderPairs } from "../http/envelope.ts";
import type { Logger } from "../logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { failureOf, type RedisFailure } from "../redis/failures.ts";
import type { GuardedRedis } from "../redis/guarded-redis.ts";
import { type Count, decisive, headersOf, outcomeOf, secondsToGo } from "./count.ts";
import { LocalWindows } from "./local-windows.ts";
import { RedisWindows } from "./redis-windows.ts";
import { type Asking, type Counted, countedFor, type Rule } from "./rules.ts";

export interface Verdict {
  /** RateLimit and RateLimit-Policy of the rule that is nearest to its end. */
  readonly headers: HeaderPairs;
  /** Where it may not go on: what it is told, and when to come back. */
  readonly refusal?: { readonly code: Rule["code"]; readonly retryAfterSeconds: number };
}

/** Never rejects and never takes long: what limits must not stand in the way of a payment. */
export interface Limiter {
  check(asking: Asking): Promise<Verdict>;
}

const ALLOWED: Verdict = { headers: [] };

interface LimiterOptions {
  /** Null where none is configured. */
  readonly redis: GuardedRedis | null;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

type Reason = RedisFailure | "unconfigured";

class WindowLimiter implements Limiter {
  readonly #options: LimiterOptions;
  readonly #local = new LocalWindows();
  readonly #shared: RedisWindows | null;
  /** What the last request met; a change is worth a line in the log, each request is not. */
  #reason: Reason | null = null;

  constructor(options: LimiterOptions) {
    this.#options = options;
    this.#shared = options.redis === null ? null : new RedisWindows(options.redis.client);
  }

  async check(asking: Asking): Promise<Verdict> {
    const counted = countedFor(asking);
    if (counted.length === 0) return ALLOWED;
    const count = decisive(await this.#take(counted));
    const outcome = outcomeOf(count);
    this.#options.metrics.count("limiter_decisions", { rule: count.rule.name, outcome });
    const nowMs = this.#options.nowMs();
    const headers = headersOf(count, nowMs);
    if (outcome !== "blocked") return { headers };
    const retryAfterSeconds = secondsToGo(count, nowMs);
    return { headers, refusal: { code: count.rule.code, retryAfterSeconds } };
  }

  async #take(counted: Counted[]): Promise<Count[]> {
    const { redis, nowMs } = this.#options;
    const shared = this.#shared;
    if (redis === null || shared === null) return this.#takeHere(counted, "unconfigured");
    const blocked = shared.blocked(counted, nowMs());
    if (blocked.length > 0) return blocked;
    if (!redis.isUp()) return this.#takeHere(counted, "open");
    try {
      const counts = await redis.ask(() => shared.take(counted, nowMs()));
      this.#say(null);
      return counts;
    } catch (error) {
      return this.#takeHere(counted, failureOf(error));
    }
  }

  #takeHere(counted: Counted[], reason: Reason): Count[] {
    this.#options.metrics.count("limiter_fallbacks", { reason });
    this.#say(reason);
    return this.#local.take(counted, this.#options.nowMs());
  }

  #say(reason: Reason | null): void {
    if (reason === this.#reason) return;
    this.#reason = reason;
    const { log } = this.#options;
    if (reason === null) log("info", "limits are counted by redis again");
    else if (reason !== "unconfigured") log("warn", "limits are counted here", { reason });
  }
}

export function createLimiter(options: LimiterOptions): Limiter {
  return new WindowLimiter(options);
}
