/**
 * Events that were not delivered are fetched. Events that could not be applied are replayed. Each
 * event is applied only once.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { z } from "zod";
import {
  Backfilled,
  Replayed,
  WebhookEvent,
  WebhookEventWithFacts,
} from "../../supabase/functions/_shared/contracts/webhook-events.ts";
import { newSeller, readProvider } from "../support/money/bookings.ts";
import { deadEvent } from "../support/money/dead-event.ts";
import { ledgerOf, proven, withDeliveries, withSql } from "../support/project/database.ts";
import { backEnd, data, get, post, refused } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { openCheckout, readOrder } from "../support/money/purchases.ts";
import { newPurchase, refund, standing } from "../support/money/refunds.ts";
import { control, inSilence, payInSilence, stripeOf } from "../support/money/stripe.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const service = backEnd(world);

async function backfill() {
  const answer = await post(world, "webhook-events/backfill", service, { hours: 1 });
  return data(answer, 200, Backfilled);
}

async function readEvent(id: string) {
  return data(await get(world, `webhook-events/${id}`, service), 200, WebhookEventWithFacts);
}

Deno.test("T7: a backfill applies a purchase and a refund without delivered events", async () => {
  const usual = await newPurchase(world);
  await refund(world, usual.orderId, 333);
  const buyer = await signUp(world);
  const checkout = await openCheckout(world, buyer);
  const paid = await payInSilence(world, checkout);
  const completed = paid.find(({ type }) => type === "checkout.session.completed");
  const paymentId = String((completed?.data.object as { payment_intent: string }).payment_intent);
  await inSilence(
    world,
    checkout.order_id,
    () => stripeOf(world).refunds.create({ payment_intent: paymentId, amount: 333 }),
  );
  const lost = { buyer, orderId: checkout.order_id, paymentId };
  equal(await standing(world, lost), "pending: balance 0, available 0, debt 0");
  const { received, complete } = await backfill();
  ok(received >= 4, String(received));
  equal(complete, true);
  equal(await standing(world, lost), await standing(world, usual));
  await proven(world);
  const before = await ledgerOf(world, buyer.id);
  deepEqual((await backfill()).received, 0);
  deepEqual(await ledgerOf(world, buyer.id), before);
  equal((await readEvent(completed!.id)).state, "processed");
});

Deno.test("the hourly backfill finds a lost account.updated of a provider", async () => {
  const { person, providerId } = await newSeller(world);
  const { data: accounts } = await stripeOf(world).accounts.list({ limit: 100 });
  const { id } = accounts.find(({ metadata }) => metadata?.provider_id === providerId)!;
  await withDeliveries(world, "exclusive", async () => {
    await control(world, "POST", "deliveries/hold", { types: ["account.updated"] });
    await control(world, "POST", `accounts/${id}/restrict`);
    await control(world, "POST", "deliveries/drop", { types: ["account.updated"] });
    await control(world, "POST", "deliveries/release");
  });
  equal((await readProvider(world, person)).charges_enabled, true);
  await withSql(
    world,
    (sql) =>
      sql`update farthing.backfills
        set done_until = now() - interval '61 minutes', claimed_at = null, retry_at = null`,
  );
  // The payment runner fetches the lost event, either in a run that this test starts or in a
  // scheduled run before it.
  await until("the provider is restricted", async () => {
    await post(world, "payment-runner", service, {}, { key: null });
    return (await readProvider(world, person)).charges_enabled ? undefined : true;
  });
});

Deno.test("a dead-lettered event is listed, and its replay grants once after the repair", async () => {
  const { buyer, orderId, eventId } = await deadEvent(world);
  const path = "webhook-events?state=dead&type=payment_intent.succeeded&limit=100";
  const dead = data(await get(world, path, service), 200, z.array(WebhookEvent));
  const listed = dead.find(({ event_id }) => event_id === eventId);
  deepEqual([listed?.attempts, listed?.livemode], [10, false]);
  ok(listed?.last_error);
  for (let again = 0; again < 2; again++) {
    const answer = await post(world, `webhook-events/${eventId}/replay`, service, {});
    const { state, facts } = data(answer, 200, WebhookEventWithFacts);
    deepEqual([state, facts.order_id], ["processed", orderId]);
    equal(
      await standing(world, { buyer, orderId, paymentId: "" }),
      "paid: balance 9990, available 9990, debt 0",
    );
  }
  await proven(world);
});

Deno.test("all dead-lettered events are replayed, and none of them twice", async () => {
  const dead = [await deadEvent(world), await deadEvent(world), await deadEvent(world)];
  const ask = () => post(world, "webhook-events/replay", service, { state: "dead", limit: 500 });
  const answers = await Promise.all([ask(), ask()]);
  const processed = answers.map((answer) => data(answer, 200, Replayed).processed);
  ok(processed.reduce((sum, count) => sum + count) >= dead.length);
  for (const { buyer, orderId, eventId } of dead) {
    equal((await readEvent(eventId)).state, "processed");
    equal((await readOrder(world, buyer, orderId)).status, "paid");
  }
  await proven(world);
});

Deno.test("users can't read or replay the inbox", async () => {
  const { as } = await signUp(world);
  refused(await get(world, "webhook-events", as), 403, "forbidden");
  refused(await get(world, "webhook-events/evt_1", as), 403, "forbidden");
  refused(await post(world, "webhook-events/evt_1/replay", as, {}), 403, "forbidden");
  refused(await post(world, "webhook-events/replay", as, { state: "dead" }), 403, "forbidden");
  refused(await post(world, "webhook-events/backfill", as, { hours: 1 }), 403, "forbidden");
  refused(await get(world, "webhook-events/evt_nothing", service), 404, "not_found", "id");
});
