/** Whatever Redis does, requests are answered, and limited by each process. */
import { equal } from "node:assert/strict";
import { Debit } from "../../supabase/functions/_shared/contracts/credits.ts";
import { Ready } from "../../supabase/functions/_shared/contracts/health.ts";
import { proven } from "../support/database.ts";
import { withDeployment } from "../support/deployment.ts";
import { type Manner, nowhere, startProxy } from "../support/faulty-proxy.ts";
import { backEnd, data, get, nobody, post } from "../support/http.ts";
import { admitted, withinOneMinute } from "../support/limits.ts";
import { signUp, signUpWith } from "../support/people.ts";
import { balanceOf } from "../support/purchases.ts";
import { readWorld, type World } from "../support/world.ts";

const world = readWorld();

const OOM = "OOM command not allowed when used memory > 'maxmemory'.";

const MANNERS: [string, Manner][] = [
  // More than even a process is given that is too busy to listen.
  ["is slow", { kind: "slow", ms: 1_500 }],
  ["hangs", { kind: "silent" }],
  ["refuses the token", {
    kind: "answers",
    status: 401,
    body: `{"error":"WRONGPASS invalid or missing auth token"}`,
  }],
  ["is full", { kind: "answers", status: 400, body: JSON.stringify({ error: OOM }) }],
  ["answers nonsense", { kind: "answers", status: 200, body: "<html>It works!</html>" }],
];

/** 120 at once: a user's hundred are admitted, by this one process. */
async function limitsItself(cut: World): Promise<void> {
  const answers = await withinOneMinute(async () => {
    const { as } = await signUp(world);
    return await Promise.all(Array.from({ length: 120 }, () => get(cut, "credits", as)));
  });
  equal(admitted(answers), 100);
}

async function servesWithout(redis: Record<string, string>): Promise<void> {
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
  });
  await proven(world);
}

for (const [what, manner] of MANNERS) {
  Deno.test(`T17 a Redis that ${what} stops no payment, and each process limits by itself`, async () => {
    await using proxy = startProxy(world.redisUrl ?? nowhere(), manner);
    await servesWithout({
      UPSTASH_REDIS_REST_URL: proxy.url,
      UPSTASH_REDIS_REST_TOKEN: world.redisToken ?? "token",
    });
  });
}

Deno.test("T17 a Redis that is gone stops no payment, and each process limits by itself", async () => {
  const redis = { UPSTASH_REDIS_REST_URL: nowhere(), UPSTASH_REDIS_REST_TOKEN: "token" };
  await servesWithout(redis);
});

Deno.test("without Redis each process limits by itself, and readiness says degraded", async () => {
  await servesWithout({ UPSTASH_REDIS_REST_URL: "", UPSTASH_REDIS_REST_TOKEN: "" });
});
