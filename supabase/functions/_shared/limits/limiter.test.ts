import assert from "node:assert/strict";
import { createRedisBreaker } from "../adapters/redis/redis-breaker.ts";
import { createRedis, type RedisAddress } from "../adapters/redis/redis.ts";
import { type CountedMetrics, countedMetrics } from "#support/fakes/counted-metrics.ts";
import { type FakeRedis, type RedisMood, startFakeRedis } from "#support/fakes/redis.ts";
import { createLimiter, type Limiter, type Verdict } from "./limiter.ts";
import type { LimitedRequest, LimitName } from "./rate-limit-rules.ts";

const NOW_MS = Date.parse("2026-11-21T12:00:13Z");

interface LimiterUnderTest {
  readonly limiter: Limiter;
  readonly metrics: CountedMetrics;
  readonly lines: string[];
  readonly background: Promise<unknown>[];
}

function limiterAt(address: RedisAddress | null): LimiterUnderTest {
  const metrics = countedMetrics();
  const lines: string[] = [];
  const background: Promise<unknown>[] = [];
  const waitUntil = (work: Promise<unknown>) => void background.push(work);
  const redis = address === null
    ? "unconfigured"
    : createRedisBreaker({ client: createRedis(address), metrics, waitUntil });
  const limiter = createLimiter({
    redis,
    metrics,
    log: (level, message, record = {}) =>
      lines.push(`${level} ${message} ${record.fallback ?? ""}`),
    nowMs: () => Date.now(),
  });
  return { limiter, metrics, lines, background };
}

function userAsking(userId: string, limit: LimitName = "default"): LimitedRequest {
  return {
    limit,
    caller: { kind: "user", userId, isOperator: false, hasSecondFactor: false },
    key: "publishable",
    ipHash: "a1",
  };
}

function backEndAsking(limit: LimitName): LimitedRequest {
  return { limit, caller: { kind: "secret", name: "default" }, key: "default", ipHash: "a1" };
}

async function ask(limiter: Limiter, asking: LimitedRequest, times: number): Promise<Verdict[]> {
  return await Promise.all(Array.from({ length: times }, () => limiter.check(asking)));
}

function admitted(verdicts: Verdict[]): number {
  return verdicts.filter(({ refusal }) => refusal === undefined).length;
}

function header(verdict: Verdict, name: string): string {
  return verdict.headers.find(([key]) => key === name)?.[1] ?? "";
}

/**
 * Runs `run` within one minute. If a minute ends during `run`, calls it again with another user.
 */
async function withinAMinute(run: (user: string) => Promise<void>): Promise<void> {
  for (;;) {
    const minute = Math.floor(Date.now() / 60_000);
    let failure: unknown;
    await run(crypto.randomUUID()).catch((error) => failure = error);
    if (Math.floor(Date.now() / 60_000) !== minute) continue;
    if (failure !== undefined) throw failure;
    return;
  }
}

Deno.test("a limiter admits a hundred requests a minute by Redis and refuses the rest", async () => {
  await using redis = startFakeRedis();
  const { limiter, metrics } = limiterAt(redis.address);
  await withinAMinute(async (user) => {
    assert.equal(admitted(await ask(limiter, userAsking(user), 150)), 100);
    const [refused] = await ask(limiter, userAsking(user), 1);
    assert.equal(refused?.refusal?.code, "rate_limited");
    assert(refused.refusal.retryAfterSeconds >= 1 && refused.refusal.retryAfterSeconds <= 60);
    assert.equal(header(refused, "ratelimit-policy"), `"default";q=100;w=60`);
    assert.match(header(refused, "ratelimit"), /^"default";r=0;t=([1-9]|[1-5]\d|60)$/);
    assert.equal(admitted(await ask(limiter, userAsking(crypto.randomUUID()), 1)), 1);
  });
  assert.equal(metrics.counts["limiter_fallbacks down"], undefined);
});

Deno.test("a limiter asks all rules of a request in one round trip once the script is known", async () => {
  await using redis = startFakeRedis();
  const { limiter } = limiterAt(redis.address);
  await limiter.check(userAsking("one", "checkout"));
  redis.requests.length = 0;
  await limiter.check(userAsking("two", "checkout"));
  assert.deepEqual(redis.requests.map(({ path, commands }) => [path, commands.length]), [
    ["/pipeline", 7],
  ]);
  assert(redis.requests[0]?.commands.every(([name]) => name === "evalsha"));
});

Deno.test("a limiter asks once for one turn's requests, and never for a blocked caller", async () => {
  await using redis = startFakeRedis();
  const { limiter } = limiterAt(redis.address);
  await withinAMinute(async (user) => {
    await ask(limiter, userAsking(user, "bookings"), 1);
    redis.requests.length = 0;
    assert.equal(admitted(await ask(limiter, userAsking(user, "bookings"), 8)), 4);
    // The second command asks how long the refused callers must wait.
    assert.deepEqual(redis.requests.map(({ commands }) => commands.at(-1)?.[0]), [
      "evalsha",
      "mget",
    ]);
    assert.equal(admitted(await ask(limiter, userAsking(user, "bookings"), 8)), 0);
    assert.equal(redis.requests.length, 2);
  });
});

Deno.test("a limiter reports soft from 80 % of a quota on, and still allows the request", async () => {
  const { limiter, metrics } = limiterAt(null);
  await withinAMinute(async (user) => {
    const before = metrics.counts["limiter_decisions jobs soft"] ?? 0;
    const verdicts: Verdict[] = [];
    for (let nth = 0; nth < 10; nth++) verdicts.push(await limiter.check(userAsking(user, "jobs")));
    assert.equal(admitted(verdicts), 10);
    const soft = verdicts.map((verdict) => header(verdict, "ratelimit").endsWith(";farthing-soft"));
    assert.deepEqual(soft, [...Array(7).fill(false), ...Array(3).fill(true)]);
    assert.equal(metrics.counts["limiter_decisions jobs soft"], before + 3);
  });
});

Deno.test("a limiter reports the rule that is soft, and counts each that is", async () => {
  const { limiter, metrics } = limiterAt(null);
  await withinAMinute(async (user) => {
    const before = { ...metrics.counts };
    const counted = (series: string) =>
      (metrics.counts[`limiter_decisions ${series}`] ?? 0) -
      (before[`limiter_decisions ${series}`] ?? 0);
    await ask(limiter, userAsking(user), 90);
    // After 90 requests and this job, the user has 9 of 100 requests left. The rule `jobs` also
    // allows 9 more, of 10.
    const [first] = await ask(limiter, userAsking(user, "jobs"), 1);
    assert.match(header(first!, "ratelimit"), /^"default";r=9;t=\d+;farthing-soft$/);
    await ask(limiter, userAsking(user, "jobs"), 7);
    assert.deepEqual([counted("default soft"), counted("jobs soft")], [11 + 8, 1]);
    assert.equal(counted("jobs allowed"), 0);
  });
});

Deno.test("a limiter counts each user, address and key apart, and a back end by its key alone", async () => {
  await using redis = startFakeRedis();
  const { limiter } = limiterAt(redis.address);
  await withinAMinute(async (user) => {
    assert.equal(admitted(await ask(limiter, userAsking(user, "bookings"), 9)), 5);
    assert.equal(admitted(await ask(limiter, userAsking(crypto.randomUUID(), "bookings"), 9)), 5);
    assert.equal(admitted(await ask(limiter, backEndAsking("jobs"), 50)), 50);
  });
  const keys = new Set(redis.keys().map((key) => key.split(":").slice(0, 2).join(":")));
  assert.deepEqual([...keys].sort(), [
    "farthing:address",
    "farthing:attempts",
    "farthing:attempts-of-address",
    "farthing:bookings",
    "farthing:default",
    "farthing:everybody",
    "farthing:key",
  ]);
});

Deno.test("an unlimited route asks no store, however much its caller has used up", async () => {
  await using redis = startFakeRedis();
  const { limiter } = limiterAt(redis.address);
  assert.deepEqual(await limiter.check(backEndAsking("none")), { headers: [] });
  assert.deepEqual(redis.requests, []);
});

Deno.test("attempts at new business are counted for an hour, over all of its routes", async () => {
  const { limiter } = limiterAt(null);
  const routes: LimitName[] = ["checkout", "top-ups", "bookings"];
  const realNow = Date.now;
  try {
    let admittedInAll = 0;
    for (let minute = 0; minute < 30; minute++) {
      Date.now = () => NOW_MS + minute * 60_000;
      for (const route of routes) {
        admittedInAll += admitted(await ask(limiter, userAsking("one", route), 1));
      }
    }
    assert.equal(admittedInAll, 60);
    const [refused] = await ask(limiter, userAsking("one", "checkout"), 1);
    assert.equal(refused?.refusal?.code, "velocity_exceeded");
    assert.equal(header(refused, "ratelimit-policy"), `"attempts";q=60;w=3600`);
    assert.equal(refused.refusal.retryAfterSeconds, 1_848);
    assert.equal(
      admitted(await ask(limiter, userAsking("one"), 1)),
      1,
      "other requests are not counted",
    );
  } finally {
    Date.now = realNow;
  }
});

const MOODS: [string, RedisMood, string][] = [
  ["hangs", "hang", "slow"],
  ["refuses the token", "wrong-token", "denied"],
  ["is full", "full", "full"],
  ["answers HTML", { body: "<html>Bad gateway</html>" }, "nonsense"],
  ["answers null", { body: "null" }, "nonsense"],
  ["answers an empty list", { body: "[]" }, "nonsense"],
  [
    "answers text for counts",
    { body: `[${Array(4).fill('{"result":"abc"}').join()}]` },
    "nonsense",
  ],
  ["answers NaN", { body: `[${Array(4).fill('{"result":["NaN",100]}').join()}]` }, "nonsense"],
  ["answers more than there is", {
    body: `[${Array(4).fill('{"result":[100,100]}').join()}]`,
  }, "nonsense"],
  ["answers what others asked", {
    body: `[${Array(4).fill('{"result":[4,5]}').join()}]`,
  }, "nonsense"],
];

async function limitsHere({ limiter }: LimiterUnderTest, user: string): Promise<void> {
  const verdicts = await ask(limiter, userAsking(user), 150);
  assert.equal(admitted(verdicts), 100);
  assert(verdicts.every(({ headers }) => headers.length === 2));
}

for (const [what, mood, reason] of MOODS) {
  Deno.test(`T17 a limiter whose Redis ${what} counts locally, and logs the change`, async () => {
    await using redis = startFakeRedis();
    redis.mood = mood;
    await withinAMinute(async (user) => {
      const made = limiterAt(redis.address); // A repeated run needs a new, closed breaker.
      await limitsHere(made, user);
      assert(
        made.metrics.counts[`limiter_fallbacks ${reason}`]! > 0,
        JSON.stringify(made.metrics.counts),
      );
      assert.deepEqual(made.lines, [`warn rate limits are counted in this process ${reason}`]);
    });
  });
}

Deno.test("T17 a limiter whose Redis cannot be reached counts locally, and logs the change", async () => {
  const redis = startFakeRedis();
  await redis[Symbol.asyncDispose]();
  const made = limiterAt(redis.address);
  await withinAMinute((user) => limitsHere(made, user));
  assert(made.metrics.counts["limiter_fallbacks down"]! > 0);
});

Deno.test("a limiter without Redis counts locally, and logs nothing", async () => {
  const made = limiterAt(null);
  await withinAMinute((user) => limitsHere(made, user));
  assert(made.metrics.counts["limiter_fallbacks unconfigured"]! > 0);
  assert.deepEqual(made.lines, []);
});

/** Sends enough failing requests, one after the other, to open the breaker. */
async function breakIt({ limiter }: LimiterUnderTest, redis: FakeRedis): Promise<void> {
  redis.mood = "wrong-token";
  for (let nth = 0; nth < 5; nth++) await limiter.check(userAsking("one"));
}

Deno.test("an open breaker costs no round trip", async () => {
  await using redis = startFakeRedis();
  const made = limiterAt(redis.address);
  await breakIt(made, redis);
  redis.requests.length = 0;
  await ask(made.limiter, userAsking("one"), 20);
  assert.deepEqual(redis.requests, []);
  assert.equal(made.metrics.counts["limiter_fallbacks open"], 20);
});

Deno.test("a Redis that answers again is found in the background and counts again", async () => {
  await using redis = startFakeRedis();
  const made = limiterAt(redis.address);
  await breakIt(made, redis);
  redis.mood = "ok";
  redis.requests.length = 0;
  const { now } = performance;
  const realNow = Date.now;
  try {
    performance.now = () => now.call(performance) + 60_000;
    Date.now = () => realNow() + 60_000;
    await ask(made.limiter, userAsking("one"), 3);
    assert.equal(made.background.length, 1, "one look, however many ask");
    await Promise.all(made.background);
    assert.deepEqual(redis.requests.map(({ commands }) => commands[0]?.[0]), ["set"]);
    await made.limiter.check(userAsking("one"));
    assert.match(made.lines.at(-1) ?? "", /by Redis again/);
  } finally {
    performance.now = now;
    Date.now = realNow;
  }
});
