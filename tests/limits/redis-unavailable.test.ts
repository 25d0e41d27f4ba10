/**
 * Without Redis, or with a faulty Redis, requests are answered, and each process counts its requests by
 * itself.
 */
import { equal } from "node:assert/strict";
import { Debit } from "../../supabase/functions/_shared/contracts/credits.ts";
import { Ready } from "../../supabase/functions/_shared/contracts/health.ts";
import { proven, withSql } from "../support/project/database.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { CLOSED_URL, type Manner, startProxy } from "../support/processes/faulty-proxy.ts";
import { backEnd, data, get, nobody, post } from "../support/project/http.ts";
import { admitted, withinOneMinute } from "./counters.ts";
import { signUp, signUpWith } from "../support/project/people.ts";
import { balanceOf } from "../support/money/purchases.ts";
import { until } from "../support/project/until.ts";
import { readWorld, type World } from "../support/project/world.ts";

const world = readWorld();

/**
 * An isolate reports the counts of its metrics every 10 s, so a minute is enough, even on a busy
 * machine.
 */
const REPORTED_WITHIN_MS = 60_000;

const OOM = "OOM command not allowed when used memory > 'maxmemory'.";

const MANNERS: [string, Manner][] = [
  // A process waits less than 1,500 ms for Redis, even if the process is busy.
  ["is slow", { kind: "slow", ms: 1_500 }],
  ["hangs", { kind: "silent" }],
  ["refuses the token", {
    kind: "answers",
    status: 401,
    body: `{"error":"WRONGPASS invalid or missing auth token"}`,
  }],
  ["is full", { kind: "answers", status: 400, body: JSON.stringify({ error: OOM }) }],
  ["gives an invalid response", { kind: "answers", status: 200, body: "<html>It works!</html>" }],
];

/**
 * Sends 120 requests at the same moment, and asserts that the process admits 100 of them, which is
 * a user's limit.
 */
async function limitsItself(cut: World): Promise<void> {
  const answers = await withinOneMinute(async () => {
    const { as } = await signUp(world);
    return await Promise.all(Array.from({ length: 120 }, () => get(cut, "credits", as)));
  });
  equal(admitted(answers), 100);
}

/**
 * Returns how many requests were counted without Redis since `since`, for this reason. The reason
 * is a label of the metric.
 */
async function fallbacks(reason: string, since: Date): Promise<number> {
  const [row] = await withSql(world, (sql) =>
    sql<{ count: number }[]>`
    select farthing.metric_sum('limiter_fallbacks', ${`reason=${reason}`}, ${since}::timestamptz,
      now())::int as count`);
  return row!.count;
}

async function servesWithout(
  redis: Record<string, string>,
  andThen: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const changes = { DATABASE_POOL_URL: world.databaseUrl, ...redis };
  await withDeployment(world, changes, async (cut) => {
    const payer = await signUpWith(world, "10");
    const debit = { user_id: payer.id, amount: "4", reason: "work" };
    data(await post(cut, "credits/debits", backEnd(cut), debit), 201, Debit);
    equal((await balanceOf(world, payer.id)).balance, "6");
    await limitsItself(cut);
    const { status, checks } = data(await get(cut, "health/ready", nobody), 200, Ready);
    equal(checks.redis, "degraded");
    equal(status, "degraded");
    await andThen();
  });
  await proven(world);
}

for (const [what, manner] of MANNERS) {
  Deno.test(`T17 a Redis that ${what} stops no payment, and each process limits by itself`, async () => {
    await using proxy = startProxy(world.redisUrl ?? CLOSED_URL, manner);
    await servesWithout({
      UPSTASH_REDIS_REST_URL: proxy.url,
      UPSTASH_REDIS_REST_TOKEN: world.redisToken ?? "token",
    });
  });
}

Deno.test("T17 an unreachable Redis stops no payment, and each process limits by itself", async () => {
  const redis = { UPSTASH_REDIS_REST_URL: CLOSED_URL, UPSTASH_REDIS_REST_TOKEN: "token" };
  const since = new Date(Date.now() - 60_000);
  const before = await fallbacks("down", since);
  // The first requests are counted with the reason "down". When the circuit breaker has opened, requests
  // are counted with the reason "open".
  await servesWithout(redis, () =>
    until("the alert's figure counts a fallback", async () => {
      return await fallbacks("down", since) > before || undefined;
    }, REPORTED_WITHIN_MS));
});

Deno.test("without Redis each process limits by itself, and readiness says degraded", async () => {
  await servesWithout({ UPSTASH_REDIS_REST_URL: "", UPSTASH_REDIS_REST_TOKEN: "" });
});
