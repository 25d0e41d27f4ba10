/**
 * The webhook accepts an event only if Stripe has signed it recently and the event's mode is the project's
 * mode.
 */
import { deepEqual, equal } from "node:assert/strict";
import { Received } from "../../supabase/functions/_shared/contracts/webhook-events.ts";
import { countEntries, proven, withLostEvents, withSql } from "../support/project/database.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { data, post, refused } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { openCheckout, readOrder } from "../support/money/purchases.ts";
import { deliver, payInSilence, stripeOf } from "../support/money/stripe.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const nowSeconds = () => Math.floor(Date.now() / 1000);

function ping(more: object = {}) {
  return {
    id: `evt_${crypto.randomUUID()}`,
    object: "event",
    type: "customer.created",
    api_version: "2026-10-28.endive",
    created: nowSeconds(),
    livemode: false,
    pending_webhooks: 1,
    request: null,
    data: { object: { id: "cus_1", object: "customer" } },
    ...more,
  };
}

async function isKnown(eventId: string): Promise<boolean> {
  const rows = await withSql(
    world,
    (sql) => sql`select from farthing.inbox where event_id = ${eventId}`,
  );
  return rows.length > 0;
}

Deno.test("the webhook refuses every signature that is not Stripe's and recent", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    const checkout = await openCheckout(world, buyer);
    const events = await payInSilence(world, checkout);
    const event = events.find(({ type }) => type === "checkout.session.completed")!;
    const payload = JSON.stringify(event);
    const sign = (text: string, timestamp = nowSeconds()) =>
      stripeOf(world).webhooks.generateTestHeaderStringAsync({
        payload: text,
        secret: world.webhookSecret,
        timestamp,
      });
    const good = await sign(payload);
    const headers = [
      "",
      "nonsense",
      "t=1,v1=",
      `t=${nowSeconds()}`,
      good.replace("v1=", "v0="),
      good.replace(/v1=./, "v1=x"),
      good.replace(/t=\d+/, `t=${nowSeconds() + 1}`),
      await sign(`${payload} `),
      await sign(payload, nowSeconds() - 301),
      await sign(payload, 1),
    ];
    for (const header of headers) {
      refused(await deliver(world, payload, { header }), 400, "signature_invalid");
    }
    refused(await deliver(world, event, { secret: "whsec_wrong" }), 400, "signature_invalid");
    refused(
      await post(world, "stripe-webhook", {}, payload, { key: null }),
      400,
      "signature_invalid",
    );
    const bySecretKey = { apikey: world.secretKey };
    const unsigned = await post(world, "stripe-webhook", bySecretKey, payload, { key: null });
    refused(unsigned, 400, "signature_invalid");
    equal(await isKnown(event.id), false);
    equal(await countEntries(world, buyer.id), 0);
    // After all these refusals, the same event is still accepted with a valid signature.
    data(await deliver(world, payload, { header: good }), 200, Received);
    equal((await readOrder(world, buyer, checkout.order_id)).status, "paid");
    await proven(world);
  });
});

Deno.test("the webhook accepts an event of four minutes ago, and an event with two signatures", async () => {
  const old = ping();
  data(await deliver(world, old, { seconds: nowSeconds() - 240 }), 200, Received);
  const payload = JSON.stringify(ping());
  const stripe = stripeOf(world).webhooks;
  const timestamp = nowSeconds();
  const [a, b] = await Promise.all(
    ["whsec_other", world.webhookSecret].map((secret) =>
      stripe.generateTestHeaderStringAsync({ payload, secret, timestamp })
    ),
  );
  const header = `${a},${b!.split(",")[1]}`;
  data(await deliver(world, payload, { header }), 200, Received);
});

Deno.test("the webhook accepts both secrets during a rotation, and no third", async () => {
  const changes = { STRIPE_WEBHOOK_SECRET: "whsec_new, whsec_old" };
  await withDeployment(world, changes, async (rotating) => {
    for (const secret of ["whsec_old", "whsec_new"]) {
      data(await deliver(rotating, ping(), { secret }), 200, Received);
    }
    refused(await deliver(rotating, ping()), 400, "signature_invalid");
  });
});

Deno.test("the webhook refuses events of the other mode", async () => {
  const live = ping({ livemode: true });
  refused(await deliver(world, live), 400, "mode_mismatch");
  equal(await isKnown(live.id), false);
  const liveKey = { STRIPE_SECRET_KEY: "sk_live_abcdefgh" };
  // The event is refused before Stripe is called, so the live key is never sent to Stripe.
  await withDeployment(world, { ...liveKey, STRIPE_API_URL: "" }, async (inLiveMode) => {
    // This database has recorded test events, so a deployment with a live key accepts no event. It
    // answers 500, so that Stripe delivers a live event again after the keys are corrected.
    for (const event of [ping(), live]) refused(await deliver(inLiveMode, event), 500, "internal");
    equal(await isKnown(live.id), false);
  });
  await withDeployment(world, liveKey, async (standIn) => {
    refused(await deliver(standIn, live), 500, "internal");
  });
});

Deno.test("the webhook records an unused type once, and changes nothing", async () => {
  const event = ping({ type: "invoice.paid" });
  deepEqual(data(await deliver(world, event), 200, Received), { received: true });
  deepEqual(data(await deliver(world, event), 200, Received), { received: true, duplicate: true });
  const [row] = await withSql(world, (sql) =>
    sql`
    select state, facts from farthing.inbox where event_id = ${event.id}`);
  deepEqual([row?.state, row?.facts], ["ignored", {}]);
});

Deno.test("the webhook refuses a signed body that is not an event, or is too large", async () => {
  const bodies = ["{}", "[]", "null", '"x"', "7", '{"object":"event"}'];
  for (const body of [...bodies, JSON.stringify(ping({ object: "charge" }))]) {
    refused(await deliver(world, body), 400, "invalid_request");
  }
  refused(await deliver(world, "{not json"), 400, "signature_invalid");
  const large = ping({ data: { object: { note: "x".repeat(1024 * 1024) } } });
  refused(await deliver(world, large), 413, "payload_too_large");
});

Deno.test("the webhook ignores a payment without an order of ours", async () => {
  const object = {
    ...{ id: `pi_${crypto.randomUUID()}`, object: "payment_intent", amount_received: 999 },
    ...{ currency: "usd", metadata: {} },
  };
  const event = ping({ type: "payment_intent.succeeded", data: { object } });
  deepEqual(data(await deliver(world, event), 200, Received), { received: true });
  const strange = { ...object, metadata: { order_id: "'; drop table farthing.orders; --" } };
  const other = ping({ type: "payment_intent.succeeded", data: { object: strange } });
  deepEqual(data(await deliver(world, other), 200, Received), { received: true });
});

Deno.test("m3: the webhook ignores a payment of another app even if its order_id is a UUID", async () => {
  const types = [
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "payment_intent.processing",
  ];
  for (const type of types) {
    for (const name of ["order_id", "booking_id"]) {
      const metadata = { [name]: crypto.randomUUID() };
      const payment = { id: `pi_${crypto.randomUUID()}`, object: "payment_intent", metadata };
      const object = { ...payment, amount: 999, amount_received: 999, currency: "usd" };
      const event = ping({ type, data: { object } });
      deepEqual(data(await deliver(world, event), 200, Received), { received: true });
    }
  }
});
