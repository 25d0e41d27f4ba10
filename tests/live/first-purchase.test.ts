/** The path to the first payment in Stripe's live mode, on a stack whose emulator is in live mode. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type Stripe from "stripe";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { GrantPreview } from "../../supabase/functions/_shared/contracts/credits.ts";
import { PolicySettings } from "../../supabase/functions/_shared/contracts/settings/policy.ts";
import { Charge } from "../../supabase/functions/_shared/contracts/usage.ts";
import { Received } from "../../supabase/functions/_shared/contracts/webhook-events.ts";
import { newPurchase, refund, standing } from "../support/money/refunds.ts";
import { balanceOf, openCheckout, packageNamed, readOrder } from "../support/money/purchases.ts";
import { deliver, stripeOf } from "../support/money/stripe.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { proven, withSql } from "../support/project/database.ts";
import { backEnd, type Caller, data, get, post, refused } from "../support/project/http.ts";
import { signUp, signUpAs, withSecondFactor } from "../support/project/people.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

/** For each table with a column `livemode`, returns the values in this column. */
async function modesInDatabase(): Promise<Record<string, (boolean | null)[]>> {
  return await withSql(world, async (sql) => {
    const tables = await sql<{ name: string }[]>`
      select table_name as name from information_schema.columns
      where table_schema = 'farthing' and column_name = 'livemode' order by 1`;
    const found: Record<string, (boolean | null)[]> = {};
    for (const { name } of tables) {
      const rows = await sql`select distinct livemode from farthing.${sql(name)}`;
      found[name] = rows.map(({ livemode }) => livemode);
    }
    return found;
  });
}

/** Reads an order's events from the inbox, each with its type, mode and state. */
async function eventsOf(orderId: string) {
  return await withSql(world, (sql) =>
    sql<{ type: string; livemode: boolean; state: string }[]>`
      select type, livemode, state from farthing.inbox
      where facts ->> 'order_id' = ${orderId} order by type`);
}

Deno.test("a buyer pays 9.99 in live mode, is charged and refunded, all with livemode true", async () => {
  const starter = await packageNamed(world, "Starter");
  deepEqual([starter.amount, starter.currency, starter.total_credits], [999, "usd", "9990"]);
  const purchase = await newPurchase(world);
  const { buyer, orderId, paymentId } = purchase;
  equal(await standing(world, purchase), "paid: balance 9990, available 9990, debt 0");

  const usage = { user_id: buyer.id, model: "gpt-4o", input_tokens: 1000, output_tokens: 500 };
  const charge = data(await post(world, "usage", backEnd(world), usage), 201, Charge);
  deepEqual([charge.credits, charge.balance_after], ["50", "9940"]);

  await refund(world, orderId);
  match(await standing(world, purchase), /^refunded: balance -50, /);
  const intent = await stripeOf(world).paymentIntents.retrieve(paymentId, {
    expand: ["latest_charge"],
  });
  const paid = intent.latest_charge as Stripe.Charge;
  deepEqual([intent.livemode, paid.livemode, paid.amount_refunded], [true, true, 999]);

  const events = await eventsOf(orderId);
  ok(events.some(({ type }) => type === "checkout.session.completed"));
  ok(events.every(({ livemode, state }) => livemode && state !== "failed"), JSON.stringify(events));
  deepEqual(await modesInDatabase(), { card_uses: [true], inbox: [true], policy: [true] });
  await proven(world);
});

Deno.test("a test card is declined in live mode, and the order stays unpaid", async () => {
  const buyer = await signUp(world);
  const checkout = await openCheckout(world, buyer);
  match(checkout.checkout_session_id, /^cs_live_/);
  const page = await payCheckout(checkout.checkout_url, "4242424242424242");
  equal(page.result, "refused");
  match(page.message ?? "", /live mode, but used a known test card/);
  equal((await readOrder(world, buyer, checkout.order_id)).status, "pending");
  equal((await balanceOf(world, buyer.id)).balance, "0");
});

function ping(livemode: boolean) {
  return {
    id: `evt_${crypto.randomUUID()}`,
    object: "event",
    type: "customer.created",
    api_version: "2026-10-28.endive",
    created: Math.floor(Date.now() / 1000),
    livemode,
    data: { object: { id: "cus_1", object: "customer" } },
  };
}

Deno.test("a test event is refused, and so is a live event by functions with a test key", async () => {
  data(await deliver(world, ping(true)), 200, Received);
  refused(await deliver(world, ping(false)), 400, "mode_mismatch");
  await withDeployment(world, { STRIPE_SECRET_KEY: "sk_test_1234" }, async (testKey) => {
    // The status is 500, so that Stripe delivers the event again after the deployment's Stripe key
    // is corrected.
    refused(await deliver(testKey, ping(true)), 500, "internal");
  });
});

Deno.test("functions with a public address never send a live key to the emulator", async () => {
  const buyer = await signUp(world);
  const { id } = await packageNamed(world, "Starter");
  for (
    const changes of [
      { FARTHING_PUBLIC_URL: "https://project.example.com" },
      { STRIPE_API_URL: world.stripeUrl.replace("127.0.0.1", "127.1") },
    ]
  ) {
    await withDeployment(world, changes, async (publicly) => {
      const answer = await post(publicly, "checkout", buyer.as, { package_id: id });
      equal(answer.status, 503, answer.text);
    });
  }
});

Deno.test("in live mode an operator's change needs a second factor, by the policy's default", async () => {
  await newPurchase(world); // The database learns its mode from the first event.
  const policy = data(await get(world, "settings/policy", backEnd(world)), 200, PolicySettings);
  equal(policy.settings.find(({ name }) => name === "operator_mfa")?.value, "live");
  const [operator, ann] = [await signUpAs(world, "operator"), await signUp(world)];
  const grant = { user_id: ann.id, amount: "5", source: "adjustment", reason: "x", dry_run: true };
  const tryGrant = (as: Caller) => post(world, "credits/grants", as, grant);
  refused(await tryGrant(operator.as), 403, "mfa_required");
  equal((await get(world, `customers/${ann.id}`, operator.as)).status, 200);
  const verified = await withSecondFactor(world, operator);
  equal(data(await tryGrant(verified.as), 200, GrantPreview).balance_after, "5");
  equal((await tryGrant(backEnd(world))).status, 200);
});
