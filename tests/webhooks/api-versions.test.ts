/**
 * Stripe may send events of an API version that is not the SDK's. The functions find all facts that
 * they need in these events, too.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type Stripe from "stripe";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { Received } from "../../supabase/functions/_shared/contracts/webhook-events.ts";
import { PaymentRunnerReport } from "../../supabase/functions/_shared/contracts/runners.ts";
import {
  Backfilled,
  WebhookEventWithFacts,
} from "../../supabase/functions/_shared/contracts/webhook-events.ts";
import { newSeller, readProvider } from "../support/money/bookings.ts";
import { proven, withDeliveries, withLostEvents, withSql } from "../support/project/database.ts";
import { backEnd, data, get, post, refused } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { openCheckout } from "../support/money/purchases.ts";
import { refund, standing } from "../support/money/refunds.ts";
import { control, deliver, inSilence, stripeOf } from "../support/money/stripe.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const service = backEnd(world);
const GRANTED = "paid: balance 9990, available 9990, debt 0";
const REFUNDED = "refunded: balance 0, available 0, debt 0";

async function factsOf(eventId: string) {
  const answer = await get(world, `webhook-events/${eventId}`, service);
  const { state, facts } = data(answer, 200, WebhookEventWithFacts);
  return { state, facts };
}

/** Runs `act` while Stripe records events in this API version. */
async function inVersion(api_version: string, act: () => Promise<unknown>): Promise<void> {
  await control(world, "POST", "account", { api_version });
  try {
    await act();
  } finally {
    await control(world, "POST", "account", { api_version: stripeVersion });
  }
}
const stripeVersion = stripeOf(world).getApiField("version");

/**
 * Makes a paid purchase whose events are in an API version from 2020. The events are not delivered.
 */
async function oldPurchase() {
  const buyer = await signUp(world);
  const { order_id, checkout_url } = await openCheckout(world, buyer);
  const events = await inSilence(
    world,
    order_id,
    () => inVersion("2020-03-02", () => payCheckout(checkout_url, "4242424242424242")),
  );
  const paid = events.find(({ type }) => type === "payment_intent.succeeded")!;
  equal(paid.api_version, "2020-03-02");
  const object = paid.data.object as unknown as { id: string; latest_charge?: string };
  equal(object.latest_charge, undefined);
  return { buyer, orderId: order_id, paymentId: object.id, events, paid };
}

Deno.test("lost events of 2020 are backfilled with all facts, and can be refunded", async () => {
  await withLostEvents(world, "exclusive", async () => {
    const lost = await oldPurchase();
    const { complete } = data(
      await post(world, "webhook-events/backfill", service, { hours: 1 }),
      200,
      Backfilled,
    );
    equal(complete, true);
    const { state, facts } = await factsOf(lost.paid.id);
    const { latest_charge } = await stripeOf(world).paymentIntents.retrieve(lost.paymentId);
    ok(latest_charge);
    deepEqual([state, facts.charge_id], ["processed", latest_charge]);
    equal(await standing(world, lost), GRANTED);
    await refund(world, lost.orderId, 999);
    equal(await standing(world, lost), REFUNDED);
    await proven(world);
  });
});

Deno.test("an endpoint in the version of 2020 grants once, in any order of its events", async () => {
  await withLostEvents(world, "shared", async () => {
    const old = await oldPurchase();
    for (const event of [...old.events.toReversed(), ...old.events]) {
      data(await deliver(world, event), 200, Received);
    }
    const { facts } = await factsOf(old.paid.id);
    ok(String(facts.charge_id).startsWith("ch_"), String(facts.charge_id));
    equal(await standing(world, old), GRANTED);
    await proven(world);
  });
});

Deno.test("an old event is a 500 while Stripe is unavailable, and its redelivery grants", async () => {
  await withLostEvents(world, "shared", async () => {
    const old = await oldPurchase();
    const path = `/v1/payment_intents/${old.paymentId}`;
    await control(world, "POST", "faults", { method: "GET", path, status: 500, times: 3 });
    refused(await deliver(world, old.paid), 500, "internal");
    equal(await standing(world, old), "pending: balance 0, available 0, debt 0");
    data(await deliver(world, old.paid), 200, Received);
    equal(await standing(world, old), GRANTED);
    await proven(world);
  });
});

/**
 * Makes the last complete backfill an hour old, ends the wait after a failed backfill, and runs a
 * backfill.
 */
async function runBackfill(): Promise<void> {
  await withSql(
    world,
    (sql) =>
      sql`update farthing.backfills
        set done_until = now() - interval '61 minutes', claimed_at = null, retry_at = null`,
  );
  data(await post(world, "payment-runner", service, {}, { key: null }), 200, PaymentRunnerReport);
}

/**
 * Waits until this run or a scheduled run has finished the backfill, and returns the number of unreadable
 * events.
 */
async function unreadable() {
  return await until("the backfill has ended", () =>
    withSql(world, async (sql) => {
      const [row] = await sql<{ unreadable: number; isPutOff: boolean }[]>`
        select unreadable, retry_at is not null as "isPutOff"
        from farthing.backfills where claimed_at is null`;
      return row;
    }));
}

Deno.test("a lost old event that can't be read is counted, and fetched again later", async () => {
  await withLostEvents(world, "exclusive", async () => {
    const old = await oldPurchase();
    const path = `/v1/payment_intents/${old.paymentId}`;
    await control(world, "POST", "faults", { method: "GET", path, status: 500, times: 3 });
    await runBackfill();
    deepEqual(await unreadable(), { unreadable: 1, isPutOff: true });
    refused(await get(world, `webhook-events/${old.paid.id}`, service), 404, "not_found", "id");
    await runBackfill();
    deepEqual(await unreadable(), { unreadable: 0, isPutOff: false });
    equal((await factsOf(old.paid.id)).state, "processed");
    equal(await standing(world, old), GRANTED);
    await proven(world);
  });
});

Deno.test("a Connect endpoint in the version of 2017 updates a provider, too", async () => {
  const { person, providerId } = await newSeller(world);
  const stripe = stripeOf(world);
  const accounts = await stripe.accounts.list({ limit: 100 });
  const { id } = accounts.data.find(({ metadata }) => metadata?.provider_id === providerId)!;
  let event: Stripe.Event | undefined;
  await withDeliveries(world, "exclusive", async () => {
    await control(world, "POST", "deliveries/hold", { types: ["*"] });
    try {
      await inVersion("2017-02-14", () => control(world, "POST", `accounts/${id}/restrict`));
      const list = { type: "account.updated" as const, limit: 1 };
      ({ data: [event] } = await stripe.events.list(list, { stripeAccount: id }));
      await control(world, "POST", "deliveries/drop", { events: [event!.id] });
    } finally {
      await control(world, "POST", "deliveries/release");
    }
  });
  equal(event?.api_version, "2017-02-14");
  const before = await readProvider(world, person);
  data(await deliver(world, event!), 200, Received);
  const { payouts_enabled, charges_enabled } = await stripe.accounts.retrieve(id);
  const after = await readProvider(world, person);
  deepEqual([after.payouts_enabled, after.charges_enabled], [payouts_enabled, charges_enabled]);
  ok(before.charges_enabled && !after.charges_enabled);
});
