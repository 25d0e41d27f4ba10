/** The events of one payment make one grant, in whatever order they are delivered. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { createRandom } from "@farthing/command-line";
import type Stripe from "stripe";
import { IS_FULL } from "../../scripts/test-tools/full-run.ts";
import { Received } from "../../supabase/functions/_shared/contracts/webhook-events.ts";
import { countEntries, proven, withLostEvents } from "../support/project/database.ts";
import { data } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { openCheckout, readOrder } from "../support/money/purchases.ts";
import {
  control,
  deliver,
  inSilence,
  payInSilence,
  permutations,
  stripeOf,
} from "../support/money/stripe.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

/** The number of checkouts that a user may open in an hour. The limit per minute is the same. */
const CHECKOUTS = 10;

/**
 * The number of event sequences that a run tests. A full run tests all permutations of the events.
 * Any other run tests a random choice of them.
 */
const ORDERS = IS_FULL ? 120 : 24;

/** With the ORDERS_SEED of an earlier run, a run tests the same event sequences again. */
const SEED = Number(Deno.env.get("ORDERS_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);

/**
 * Returns some of the permutations of five events. `isDoubled` is true if each event is delivered
 * twice.
 */
function chosenOrders() {
  const random = createRandom(SEED);
  const all = permutations([0, 1, 2, 3, 4]).map((order, nr) => ({
    order,
    isDoubled: nr % 2 === 1,
  }));
  const keyed = all.map((each) => ({ each, key: random() })).sort((a, b) => a.key - b.key);
  return keyed.slice(0, ORDERS).map(({ each }) => each);
}

async function bought(buyer: Person) {
  const checkout = await openCheckout(world, buyer);
  return { id: checkout.order_id, events: await payInSilence(world, checkout) };
}

async function received(event: Stripe.Event) {
  return data(await deliver(world, event), 200, Received);
}

async function isPaidOnce(buyer: Person, orderId: string, purchases: number): Promise<void> {
  equal((await readOrder(world, buyer, orderId)).status, "paid");
  equal(await countEntries(world, buyer.id), purchases);
}

Deno.test(`T3: a payment's events make one grant in ${ORDERS} orders, ORDERS_SEED=${SEED}`, async (t) => {
  let [buyer, purchases] = [await signUp(world), 0];
  const orders = chosenOrders();
  equal(orders.length, ORDERS);
  for (const { order, isDoubled } of orders) {
    // The advisory lock of lost events is released between two rounds. In that pause, a test that
    // starts a backfill can run.
    const play = () =>
      withLostEvents(world, "shared", async () => {
        const { id, events } = await bought(buyer);
        deepEqual(events.map(({ type }) => type), [
          "payment_intent.created",
          "charge.succeeded",
          "payment_intent.succeeded",
          "checkout.session.completed",
          "charge.updated",
        ]);
        for (const index of order) {
          const once = await received(events[index]!);
          equal(once.duplicate, undefined);
          if (isDoubled) equal((await received(events[index]!)).duplicate, true);
        }
        purchases += 1;
        await isPaidOnce(buyer, id, purchases);
      });
    const name = `in the order ${order.join(", ")}, ${isDoubled ? "twice" : "once"} each`;
    const passed = await t.step(name, play);
    // At the hourly limit of checkouts, a new buyer is needed. A failed round also needs a new
    // buyer, because the count `purchases` may lack the purchase of that round.
    if (!passed || purchases === CHECKOUTS) [buyer, purchases] = [await signUp(world), 0];
  }
  await proven(world);
});

Deno.test("T3: events of a payment delivered all at once, each four times, make one grant", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    for (let round = 1; round <= 5; round++) {
      const { id, events } = await bought(buyer);
      const copies = events.flatMap((event) => [event, event, event, event]);
      const answers = await Promise.all(copies.map((event) => received(event)));
      equal(answers.filter(({ duplicate }) => duplicate).length, copies.length - events.length);
      await isPaidOnce(buyer, id, round);
    }
    await proven(world);
  });
});

Deno.test("T2: an event delivered again after its grant is a duplicate and grants nothing", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    const { id, events } = await bought(buyer);
    const completed = events.find(({ type }) => type === "checkout.session.completed");
    ok(completed);
    deepEqual(await received(completed), { received: true });
    for (let again = 0; again < 5; again++) {
      deepEqual(await received(completed), { received: true, duplicate: true });
    }
    await isPaidOnce(buyer, id, 1);
    // A second event about the same payment has a different id, and grants nothing.
    deepEqual(await received({ ...completed, id: `evt_${crypto.randomUUID()}` }), {
      received: true,
    });
    await isPaidOnce(buyer, id, 1);
    await proven(world);
  });
});

/** Makes a delayed payment, and returns the payment's events that change the order. */
async function delayed(buyer: Person, outcome: "succeeds" | "fails") {
  const checkout = await openCheckout(world, buyer);
  await payInSilence(world, checkout, { method: "us_bank_account", outcome });
  const session = await stripeOf(world).checkout.sessions.retrieve(checkout.checkout_session_id);
  const settle = () => control(world, "POST", `payments/${session.payment_intent}/settle`);
  const events = await inSilence(world, checkout.order_id, settle);
  const moving = /^checkout\.session\.|^payment_intent\.(succeeded|payment_failed)$/;
  return { id: checkout.order_id, events: events.filter(({ type }) => moving.test(type)) };
}

Deno.test("T4: a delayed payment that succeeds is granted once in every order of its events", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    for (const [round, order] of permutations([0, 1, 2]).entries()) {
      const { id, events } = await delayed(buyer, "succeeds");
      equal(events.length, 3);
      for (const index of order) {
        const before = await countEntries(world, buyer.id);
        await received(events[index]!);
        const isUnpaid = events[index]!.type === "checkout.session.completed";
        if (isUnpaid) equal(await countEntries(world, buyer.id), before);
      }
      await isPaidOnce(buyer, id, round + 1);
    }
    await proven(world);
  });
});

Deno.test("T4: a delayed payment that fails grants nothing in every order of its events", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    for (const order of permutations([0, 1, 2])) {
      const { id, events } = await delayed(buyer, "fails");
      equal(events.length, 3);
      for (const index of [...order, ...order]) await received(events[index]!);
      equal((await readOrder(world, buyer, id)).status, "failed");
    }
    equal(await countEntries(world, buyer.id), 0);
    await proven(world);
  });
});

Deno.test("T4: a delayed payment's events all at once end in `paid` or `failed`", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    for (
      const [round, outcome] of (["succeeds", "fails", "succeeds", "fails"] as const).entries()
    ) {
      const { id, events } = await delayed(buyer, outcome);
      await Promise.all([...events, ...events].map((event) => received(event)));
      const { status } = await readOrder(world, buyer, id);
      equal(status, outcome === "succeeds" ? "paid" : "failed");
      equal(await countEntries(world, buyer.id), Math.floor(round / 2) + 1);
    }
    await proven(world);
  });
});

Deno.test("an older event that arrives late does not change a paid order", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    const { id, events } = await bought(buyer);
    for (const event of events) await received(event);
    const completed = events.find(({ type }) => type === "checkout.session.completed")!;
    const session = completed.data.object as Stripe.Checkout.Session;
    const late = (type: string, payment_status: string) => ({
      ...completed,
      id: `evt_${crypto.randomUUID()}`,
      type,
      data: { object: { ...session, payment_status } },
    });
    for (const type of ["expired", "completed", "async_payment_failed"]) {
      const answer = await deliver(world, late(`checkout.session.${type}`, "unpaid"));
      deepEqual(data(answer, 200, Received), { received: true });
    }
    await isPaidOnce(buyer, id, 1);
    await proven(world);
  });
});

Deno.test("T21: the payment intent's event names its order, and grants alone", async () => {
  await withLostEvents(world, "shared", async () => {
    const buyer = await signUp(world);
    const checkout = await openCheckout(world, buyer);
    const events = await payInSilence(world, checkout);
    const paid = events.find(({ type }) => type === "payment_intent.succeeded");
    ok(paid);
    const { metadata } = paid.data.object as Stripe.PaymentIntent;
    equal(metadata.order_id, checkout.order_id);
    equal(metadata.package_id, checkout.package_id);
    const charge = events.find(({ type }) => type === "charge.succeeded");
    equal((charge?.data.object as Stripe.Charge).metadata.order_id, checkout.order_id);
    await received(paid);
    await isPaidOnce(buyer, checkout.order_id, 1);
    await proven(world);
  });
});
