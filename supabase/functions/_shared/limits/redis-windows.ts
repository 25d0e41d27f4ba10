/**
 * Counts in Redis, for all processes together: sliding windows by `@upstash/ratelimit`, one command a rule,
 * and all rules of a request in one round trip, since the client sends what is asked in one turn together.
 */
import { Ratelimit } from "@upstash/ratelimit";
import type { Redis } from "@upstash/redis";
import type { Count } from "./count.ts";
import { type Counted, type Rule, RULES } from "./rules.ts";

type Scripts = Pick<Redis, "evalsha" | "eval" | "get" | "set">;

/** What Redis answered is nothing that it can have meant. */
class Nonsense extends Error {
  constructor() {
    super("redis: not an answer to what was asked");
  }
}

const PREFIX = "farthing";

/** Refused ones are remembered until their window is over, and cost no round trip. About 1 MB. */
const MAX_BLOCKED = 10_000;

/**
 * The script answers what remains (-1: refused) and the quota. Read before anything is made of it: the
 * limiter would take a page of HTML for a refusal, and would remember it. Another quota is another's answer.
 */
function checked(answer: unknown, { quota }: Rule): unknown {
  const isCount = Array.isArray(answer) && answer.length === 2 && answer.every(Number.isInteger);
  if (!isCount || answer[1] !== quota || answer[0] < -1 || answer[0] >= quota) throw new Nonsense();
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

/** Forgets the oldest rather than grow without end. */
class Blocked extends Map<string, number> {
  override set(key: string, resetMs: number): this {
    if (this.size >= MAX_BLOCKED) {
      const [oldest] = this.keys();
      this.delete(oldest!);
    }
    return super.set(key, resetMs);
  }
}

function limiterOf(rule: Rule, redis: Redis, blocked: Blocked): Ratelimit {
  return new Ratelimit({
    redis: scriptsOf(redis, rule),
    prefix: `${PREFIX}:${rule.name}`,
    limiter: Ratelimit.slidingWindow(rule.quota, `${rule.windowSeconds} s`),
    ephemeralCache: blocked,
    // After its own time-out the limiter lets everything pass and says nothing. The guard's rejects instead.
    timeout: 0,
    analytics: false,
    enableProtection: false,
    enableTelemetry: false,
  });
}

export class RedisWindows {
  readonly #blocked = new Blocked();
  readonly #limiters: ReadonlyMap<Rule, Ratelimit>;

  /** @param redis sends what is asked in one turn in one request */
  constructor(redis: Redis) {
    const rules = new Set([...RULES.values()].flat());
    this.#limiters = new Map(
      [...rules].map((rule) => [rule, limiterOf(rule, redis, this.#blocked)]),
    );
  }

  /** Who was refused in this window: known without asking, and then nothing else is counted either. */
  blocked(counted: readonly Counted[], nowMs: number): Count[] {
    return counted.flatMap(({ rule, id }) => {
      const resetMs = this.#blocked.get(`${PREFIX}:${rule.name}:${id}`);
      if (resetMs === undefined || resetMs < nowMs) return [];
      return [{ rule, isAllowed: false, remaining: 0, resetMs }];
    });
  }

  /** Counts a request by each of its rules. @throws whatever the client or the limiter does; Nonsense */
  take(counted: readonly Counted[]): Promise<Count[]> {
    return Promise.all(counted.map(async ({ rule, id }) => {
      const { success, remaining, reset } = await this.#limiters.get(rule)!.limit(id);
      return { rule, isAllowed: success, remaining, resetMs: reset };
    }));
  }
}
