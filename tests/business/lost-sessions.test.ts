/**
 * A payment whose order may have tax or a discount waits for the event of its checkout session. If Stripe
 * never delivers that event, the payment runner reads the session from Stripe, and the order is paid once.
 */
import { deepEqual, equal } from "node:assert/strict";
import { z } from "zod";
import { Order } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { WebhookEventWithFacts } from "../../supabase/functions/_shared/contracts/webhook-events.ts";
import { ledgerOf, proven, withLostEvents, withSql } from "../support/project/database.ts";
import { backEnd, data, get } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";
import { balanceOf, readOrder } from "../support/money/purchases.ts";
import { control, deliver, payInSilence, stripeOf } from "../support/money/stripe.ts";
import { runPayments } from "../support/money/top-ups.ts";
import { makeCode, open, type Settings, withPackage, withSettings } from "./shop.ts";

const world = readWorld();
const Received = z.strictObject({ received: z.boolean(), deferred: z.boolean().optional() });
const SETTINGS: Settings = {
  checkout_automatic_tax: true,
  checkout_tax_behavior: "exclusive",
  checkout_promotion_codes: true,
};

/**
 * Makes a payment with a promotion code and a tax. Delivers only the event of its payment intent.
 */
async function payWithoutEvent() {
  const buyer = await signUp(world);
  const promotion_code = await makeCode(world, { percent_off: 25 });
  const { order_id, events } = await withPackage(
    world,
    (id) =>
      withSettings(world, SETTINGS, async () => {
        const { checkout } = await open(world, buyer, id);
        const details = { country: "SE", promotion_code };
        return { ...checkout, events: await payInSilence(world, checkout, { details }) };
      }),
  );
  const eventOf = (type: string) => {
    const event = events.find((each) => each.type === type);
    if (!event) throw new Error(`Stripe made no ${type}`);
    return event;
  };
  const payment = eventOf("payment_intent.succeeded");
  deepEqual(data(await deliver(world, payment), 200, Received), { received: true, deferred: true });
  return { buyer, order_id, payment, completed: eventOf("checkout.session.completed") };
}

/**
 * A payment waits a minute for the event of its checkout session. After this call, the minute is
 * over.
 */
const passMinute = (eventId: string) =>
  withSql(world, (sql) =>
    sql`
    update farthing.inbox set read_session_at = now() where event_id = ${eventId}`);

const readEvent = async (id: string) =>
  data(await get(world, `webhook-events/${id}`, backEnd(world)), 200, WebhookEventWithFacts);

Deno.test("a lost event of a session: the runner reads the session, and grants once", async () => {
  await withLostEvents(world, "shared", async () => {
    const { buyer, order_id, payment, completed } = await payWithoutEvent();
    await runPayments(world);
    equal((await readOrder(world, buyer, order_id)).status, "pending", "a minute is not over");

    await passMinute(payment.id);
    const order = await until("the runner has read the session", async () => {
      await runPayments(world);
      const found = await readOrder(world, buyer, order_id);
      return found.status === "paid" ? found : undefined;
    });
    const { sessions } = stripeOf(world).checkout;
    const session = await sessions.retrieve(String(order.checkout_session_id));
    // The promotion code takes a quarter off the price of 100 kronor. The tax is 19 % of the
    // remaining 75.
    deepEqual(
      [order.amount_discount, order.amount_tax, order.amount_total, session.amount_total],
      [2_500, 1_425, 8_925, 8_925],
    );
    equal((await balanceOf(world, buyer.id)).balance, "1100");
    equal((await readEvent(payment.id)).state, "processed");
    const read = await readEvent(`read:${session.id}`);
    deepEqual([read.state, read.type], ["processed", "checkout.session.completed"]);

    const before = await ledgerOf(world, buyer.id);
    deepEqual(data(await deliver(world, completed), 200, Received), { received: true });
    const after = await ledgerOf(world, buyer.id);
    deepEqual(after, before, "the event arrives after all, and grants nothing");
    deepEqual(Order.parse(await readOrder(world, buyer, order_id)), order);
    await proven(world);
  });
});

Deno.test("while Stripe lists no session the payment waits, and is read again later", async () => {
  await withLostEvents(world, "shared", async () => {
    const { buyer, order_id, payment, completed } = await payWithoutEvent();
    const path = "/v1/checkout/sessions";
    await control(world, "POST", "faults", { method: "GET", path, status: 500, times: 10_000 });
    try {
      await passMinute(payment.id);
      await until("the runner has asked Stripe", async () => {
        await runPayments(world);
        return await withSql(world, async (sql) => {
          const [row] = await sql`select true as later from farthing.inbox
            where event_id = ${payment.id} and read_session_at > now() + interval '1 minute'`;
          return row?.later;
        });
      });
    } finally {
      await control(world, "DELETE", "faults");
    }
    equal((await readOrder(world, buyer, order_id)).status, "pending");
    equal((await deliver(world, completed)).status, 200);
    equal((await readOrder(world, buyer, order_id)).status, "paid");
    equal((await balanceOf(world, buyer.id)).balance, "1100");
    await proven(world);
  });
});
