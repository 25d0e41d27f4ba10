/**
 * Counts in Redis, for all processes together: sliding windows by `@upstash/ratelimit`, one command a rule,
 * and all rules of a request in one round trip, since the client sends what is asked in one turn together.
 */
import { Ratelimit } from "@upstash/ratelimit";
import type { Redis } from "@upstash/redis";
import type { RuleCount } from "./rule-count.ts";
import { type Counted, type Rule, RULES } from "./rules.ts";
import { freeAtMs, nthWindow } from "./sliding-window.ts";

type Scripts = Pick<Redis, "evalsha" | "eval" | "get" | "set">;

/** What Redis answered is nothing that it can have meant. */
class InvalidRedisResponse extends Error {
  constructor() {
    super("redis: not an answer to what was asked");
  }
}

const PREFIX = "farthing";

/** Refused ones are remembered until there is room for them, and cost no round trip. About 1 MB. */
const MAX_BLOCKED = 10_000;

/**
 * The script answers what remains (-1: refused) and the quota. Read before anything is made of it: the
 * limiter would take a page of HTML for a refusal, and would remember it. Another quota is another's answer.
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
    // It would remember a refusal until the window is over, when there is room long before.
    ephemeralCache: false,
    // After its own time-out the limiter lets everything pass and says nothing. The guard's rejects instead.
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
  /** Until when each of them is refused. */
  readonly #blocked = new Map<string, number>();
  readonly #limiters: ReadonlyMap<Rule, Ratelimit>;

  /** @param redis sends what is asked in one turn in one request */
  constructor(redis: Redis) {
    this.#redis = redis;
    const rules = new Set([...RULES.values()].flat());
    this.#limiters = new Map([...rules].map((rule) => [rule, limiterOf(rule, redis)]));
  }

  /** Who was refused and has no room yet: known without asking, and then nothing else is counted. */
  blocked(counted: readonly Counted[], nowMs: number): RuleCount[] {
    return counted.flatMap((each) => {
      const resetMs = this.#blocked.get(keyOf(each));
      if (resetMs === undefined || resetMs <= nowMs) return [];
      return [{ rule: each.rule, isAllowed: false, remaining: 0, resetMs }];
    });
  }

  /** Counts a request by each of its rules. @throws InvalidRedisResponse, or as the client does */
  take(counted: readonly Counted[], nowMs: number): Promise<RuleCount[]> {
    return Promise.all(counted.map(async (each) => {
      const { rule, id } = each;
      const { success, remaining, reset } = await this.#limiters.get(rule)!.limit(id);
      const resetMs = success ? reset : await this.#block(each, nowMs);
      return { rule, isAllowed: success, remaining, resetMs };
    }));
  }

  /** Remembers a refusal for as long as it would be repeated; a second round trip, for the first refusal. */
  async #block(each: Counted, nowMs: number): Promise<number> {
    const nth = nthWindow(each.rule, nowMs);
    // The limiter's own names of the two counts.
    const keys = [`${keyOf(each)}:${nth}`, `${keyOf(each)}:${nth - 1}`];
    const answers: unknown = await this.#redis.mget(keys);
    if (!Array.isArray(answers) || answers.length !== keys.length) throw new InvalidRedisResponse();
    const [current, previous] = answers.map(countOf);
    const untilMs = freeAtMs(each.rule, { current: current!, previous: previous! }, nowMs);
    // Forgets the oldest rather than grow without end.
    if (this.#blocked.size >= MAX_BLOCKED) this.#blocked.delete(this.#blocked.keys().next().value!);
    this.#blocked.set(keyOf(each), untilMs);
    return untilMs;
  }
}
