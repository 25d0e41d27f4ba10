/**
 * Counts requests in Redis for all processes together: sliding windows by `@upstash/ratelimit`, one
 * command per rule. The client batches the commands of one turn of the event loop, so a request
 * costs one round trip.
 */
import { Ratelimit } from "@upstash/ratelimit";
import type { Redis } from "@upstash/redis";
import type { RuleCount } from "./limit-outcome.ts";
import { type Counted, type Rule, RULES } from "./rate-limit-rules.ts";
import { RememberedRefusals } from "./remembered-refusals.ts";
import { freeAtMs, nthWindow } from "./sliding-window.ts";

type Scripts = Pick<Redis, "evalsha" | "eval" | "get" | "set">;

/** Redis answered with a value that is not a result of the command. */
class InvalidRedisResponse extends Error {
  constructor() {
    super("redis: invalid response");
  }
}

const PREFIX = "farthing";

/**
 * Checks the script's response: the remaining requests (-1 if refused) and the quota. Without this
 * check, the limiter would treat a page of HTML as a refusal and remember it. A response with a
 * different quota belongs to a different rule.
 */
function checked(answer: unknown, { quota }: Rule): unknown {
  const isCount = Array.isArray(answer) && answer.length === 2 && answer.every(Number.isInteger);
  if (!isCount || answer[1] !== quota || answer[0] < -1 || answer[0] >= quota) {
    throw new InvalidRedisResponse();
  }
  return answer;
}

function scriptsOf(redis: Redis, rule: Rule): Scripts {
  return {
    evalsha: async (...args: Parameters<Redis["evalsha"]>) =>
      checked(await redis.evalsha(...args), rule),
    eval: async (...args: Parameters<Redis["eval"]>) => checked(await redis.eval(...args), rule),
    get: redis.get,
    set: redis.set,
  } as Scripts;
}

function limiterOf(rule: Rule, redis: Redis): Ratelimit {
  return new Ratelimit({
    redis: scriptsOf(redis, rule),
    prefix: `${PREFIX}:${rule.name}`,
    limiter: Ratelimit.slidingWindow(rule.quota, `${rule.windowSeconds} s`),
    // The library's own cache is off: it would remember a refusal until the end of the window, long after the
    // next request is allowed.
    ephemeralCache: false,
    // The library's own timeout is off, because on a timeout the library would allow the request.
    // The timeout of the resilience policy rejects instead.
    timeout: 0,
    analytics: false,
    enableProtection: false,
    enableTelemetry: false,
  });
}

function keyOf({ rule, id }: Counted): string {
  return `${PREFIX}:${rule.name}:${id}`;
}

function countOf(answer: unknown): number {
  if (answer === null) return 0;
  if (!Number.isInteger(answer) || answer as number < 0) throw new InvalidRedisResponse();
  return answer as number;
}

export class RedisWindows {
  readonly #redis: Redis;
  readonly #refusals = new RememberedRefusals();
  readonly #limiters: ReadonlyMap<Rule, Ratelimit>;

  /** @param redis sends the commands of one turn of the event loop in one HTTP request */
  constructor(redis: Redis) {
    this.#redis = redis;
    const rules = new Set([...RULES.values()].flat());
    this.#limiters = new Map([...rules].map((rule) => [rule, limiterOf(rule, redis)]));
  }

  /**
   * Returns the rules that still refuse this request, according to the remembered refusals. Redis is not
   * called, and no rule counts the request.
   */
  blocked(counted: readonly Counted[], nowMs: number): RuleCount[] {
    return counted.flatMap((each) => {
      const resetMs = this.#refusals.endOf(keyOf(each), nowMs);
      return resetMs === undefined
        ? []
        : [{ rule: each.rule, isAllowed: false, remaining: 0, resetMs }];
    });
  }

  /**
   * Counts a request by each of its rules. @throws InvalidRedisResponse, or an error of the client
   */
  take(counted: readonly Counted[], nowMs: number): Promise<RuleCount[]> {
    return Promise.all(counted.map(async (each) => {
      const { rule, id } = each;
      const { success, remaining, reset } = await this.#limiters.get(rule)!.limit(id);
      const resetMs = success ? reset : await this.#block(each, nowMs);
      return { rule, isAllowed: success, remaining, resetMs };
    }));
  }

  /**
   * Remembers a refusal until the next request is allowed. To compute this time, the first refusal
   * of a group costs a second round trip, which reads the counts.
   */
  async #block(each: Counted, nowMs: number): Promise<number> {
    const nth = nthWindow(each.rule, nowMs);
    // `@upstash/ratelimit` stores the counts of the current and the previous window under these
    // keys.
    const keys = [`${keyOf(each)}:${nth}`, `${keyOf(each)}:${nth - 1}`];
    const answers: unknown = await this.#redis.mget(keys);
    if (!Array.isArray(answers) || answers.length !== keys.length) throw new InvalidRedisResponse();
    const [current, previous] = answers.map(countOf);
    const untilMs = freeAtMs(each.rule, { current: current!, previous: previous! }, nowMs);
    this.#refusals.remember(keyOf(each), untilMs);
    return untilMs;
  }
}
