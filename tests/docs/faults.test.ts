/**
 * Runs the recipes that affect all users of a stack, exactly as the pages print them. In
 * docs/recipes/recover-a-failed-webhook.md, events are lost in an outage and then applied by a
 * backfill. In docs/recipes/welcome-credits.md, settings are changed so that every new user gets
 * credits.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { balanceOf, openCheckout, orderBecomes, readOrder } from "../support/money/purchases.ts";
import { runPayments } from "../support/money/top-ups.ts";
import { proven, withDeliveries, withPolicy, withSql } from "../support/project/database.ts";
import { send } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { type PrintedRequest, requestsIn } from "../support/project/printed-requests.ts";
import { snippet, typeCheck, writeModules } from "../support/project/printed-snippets.ts";
import { until } from "../support/project/until.ts";
import { untilDayHasAMinute } from "../support/project/utc-day.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const server = createClient(world.url, world.secretKey, { auth: { persistSession: false } });

const PAGES = {
  "docs/recipes/recover-a-failed-webhook.md": [
    snippet("dead", ["server"], ["dead"]),
    snippet("replay", ["server"]),
    snippet("backfill", ["server"], ["found"]),
    snippet("outage", ["STRIPE_API_URL", "buySomething"]),
  ],
};

Deno.test("the recipe for a failed webhook finds and applies an event that an outage lost", async () => {
  const folder = await Deno.makeTempDir({ prefix: "recipe-" });
  try {
    await typeCheck(await writeModules(folder, PAGES));
    const runs = async (name: string, given: object) =>
      (await import(`file://${folder}/${name}.ts`)).run({ server, ...given });
    const buyer = await signUp(world);
    const { order_id, checkout_url } = await openCheckout(world, buyer);
    const buySomething = () => payCheckout(checkout_url, "4242424242424242");
    await withDeliveries(
      world,
      "exclusive",
      () => runs("outage", { STRIPE_API_URL: world.stripeUrl, buySomething }),
    );
    equal((await readOrder(world, buyer, order_id)).status, "pending");
    const { found } = await runs("backfill", {});
    ok(found.received > 0, JSON.stringify(found));
    equal(found.complete, true);
    await orderBecomes(world, buyer, order_id, "paid");
    await runs("replay", {});
    const { dead } = await runs("dead", {});
    // Other tests on this stack may leave events that can't be replayed, so this test reads only its own
    // events.
    const own = await withSql(world, (sql) =>
      sql<{ event_id: string }[]>`
      select event_id from farthing.inbox where facts ->> 'order_id' = ${order_id}`);
    const ids = own.map(({ event_id }) => event_id);
    ok(ids.length > 0);
    deepEqual(dead.filter(({ event_id }: { event_id: string }) => ids.includes(event_id)), []);
    await proven(world);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** Replaces the placeholders of a printed request, sends it, and returns the data of its answer. */
async function sends({ path, headers, body }: PrintedRequest, version = "", id = "") {
  const answer = await send(`${world.url}/functions/v1/${path.replace("ID", id)}`, {
    headers: {
      ...headers,
      apikey: headers["apikey"]!.replace("sb_secret_…", world.secretKey),
      // Each request gets a new idempotency key, because a reused stack has already stored the
      // printed keys.
      ...(body !== undefined && { "idempotency-key": crypto.randomUUID() }),
    },
    ...(body !== undefined && {
      method: "POST",
      body: body.replace(/"version": "\d+"/, `"version": "${version}"`)
        .replace(/"since": "[^"]+"/, `"since": "${new Date(Date.now() - 3_600_000).toJSON()}"`),
    }),
  });
  equal(answer.status, 200, `${path}: ${answer.text}`);
  return JSON.parse(answer.text).data;
}

/** Waits until the user's request for welcome credits is decided, and returns the outcome. */
function outcomeOf(userId: string): Promise<string> {
  return until("the request is decided", () =>
    withSql(world, async (sql) => {
      await runPayments(world);
      const [row] = await sql<{ outcome: string }[]>`
        select concat_ws(' ', status, reason) as outcome from farthing.welcome_grants
        where user_id = ${userId} and status <> 'queued'`;
      return row?.outcome;
    }));
}

const setPolicy = (changes: Record<string, string>) =>
  withSql(world, (sql) => sql`select farthing.set_policy(${sql.json(changes)}, 'a test')`);

async function welcomeRecipe(): Promise<void> {
  const [policy, on, domains, block, list, dry, one, all, ...others] = await requestsIn(
    "docs/recipes/welcome-credits.md",
  );
  deepEqual(others, [], "the test sends each request of the page");
  const { changes } = await sends(on!, (await sends(policy!)).version);
  equal(changes.length, 1);
  const first = await signUp(world);
  equal(await outcomeOf(first.id), "granted");
  equal((await balanceOf(world, first.id)).balance, "500");

  const blocked = await sends(block!, (await sends(domains!)).version);
  deepEqual(blocked.changes.map(({ name }: { name: string }) => name), [
    "mailinator.com",
    "trash.example",
  ]);

  await setPolicy({ welcome_credits_day: "500" }); // The first user's credits reach this limit.
  const people = [await signUp(world), await signUp(world)] as const;
  for (const { id } of people) equal(await outcomeOf(id), "refused day_ceiling");
  const refused: { id: string; user_id: string }[] = await sends(list!);
  deepEqual(refused.slice(0, 2).map((each) => each.user_id), people.map(({ id }) => id).reverse());

  await setPolicy({ welcome_credits_day: "50000" });
  const { found, retried } = await sends(dry!);
  equal(found[0].refused_as, "day_ceiling");
  ok(found[0].count >= 2);
  equal(retried, 0);
  equal((await sends(one!, "", refused[1]!.id)).status, "queued");
  equal(await outcomeOf(people[0].id), "granted");
  ok((await sends(all!)).retried >= 1);
  equal(await outcomeOf(people[1].id), "granted");
}

Deno.test("the recipe for welcome credits grants, blocks, refuses and queues again", async () => {
  await untilDayHasAMinute();
  await withPolicy(world, "exclusive", async () => {
    try {
      await welcomeRecipe();
    } finally {
      await setPolicy({ welcome_credits: "0" });
      await withSql(world, (sql) => sql`select farthing.set_blocked_domains('{}', 'a test')`);
    }
  });
  await proven(world);
});
