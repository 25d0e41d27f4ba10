import { deepEqual, equal, match, ok } from "node:assert/strict";
import type Stripe from "stripe";
import { payCheckout } from "../browser.ts";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { eventTypes, openSession, refusal, startReceiver } from "./harness.ts";

Deno.test("checkout pays with 4242 and sends signed events in Stripe's order", async () => {
  await using emulator = await startTestEmulator({ webhookSecret: "whsec_test" });
  const { stripe } = emulator;
  await using receiver = startReceiver(stripe, "whsec_test", emulator.clock);
  await stripe.webhookEndpoints.create({ url: receiver.url, enabled_events: ["*"] });
  const session = await openSession(stripe, {
    client_reference_id: "order-1",
    metadata: { order_id: "order-1" },
    payment_intent_data: { metadata: { order_id: "order-1" } },
  });
  equal(session.status, "open");
  equal(session.payment_status, "unpaid");
  equal(session.payment_intent, null);
  match(session.id, /^cs_test_/);

  const paid = await payCheckout(session.url ?? "");
  equal(paid.location, `http://localhost:3000/done?session=${session.id}`);

  const after = await stripe.checkout.sessions.retrieve(session.id, {
    expand: ["payment_intent.latest_charge.balance_transaction", "line_items.data.price.product"],
  });
  equal(after.status, "complete");
  equal(after.payment_status, "paid");
  equal(after.url, null);
  const intent = after.payment_intent as Stripe.PaymentIntent;
  equal(intent.metadata.order_id, "order-1");
  const charge = intent.latest_charge as Stripe.Charge;
  const booked = charge.balance_transaction as Stripe.BalanceTransaction;
  deepEqual([booked.amount, booked.fee, booked.net], [999, 59, 940]);
  const product = after.line_items?.data[0]?.price?.product as Stripe.Product;
  equal(product.name, "Starter");

  deepEqual(await eventTypes(stripe), [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
    "charge.updated",
  ]);
  const received = await receiver.arrived(5);
  const completed = received.find((event) => event.type === "checkout.session.completed");
  ok(completed);
  equal((completed.data.object as Stripe.Checkout.Session).client_reference_id, "order-1");
});

Deno.test("checkout charges once when its form is sent twice concurrently", async () => {
  await using emulator = await startTestEmulator();
  const { url } = await openSession(emulator.stripe);
  const html = await (await fetch(url ?? "")).text();
  const form = /name="form" value="([^"]*)"/.exec(html)?.[1] ?? "";
  const body = () =>
    new URLSearchParams({
      form,
      email: "buyer@example.com",
      method: "card",
      number: "4242 4242 4242 4242",
      exp: "12/40",
      cvc: "123",
    });
  const send = () => fetch(url ?? "", { method: "POST", body: body(), redirect: "manual" });
  const answers = await Promise.all([send(), send(), send()]);
  deepEqual(answers.map((answer) => answer.status), [303, 303, 303]);
  await Promise.all(answers.map((answer) => answer.body?.cancel()));
  equal((await emulator.stripe.charges.list()).data.length, 1);
});

Deno.test("checkout shows a message instead of the form after it is paid or expired", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const paid = await openSession(stripe);
  await payCheckout(paid.url ?? "");
  const again = await payCheckout(paid.url ?? "");
  deepEqual([again.result, again.status, again.message], ["refused", 409, "Already paid"]);

  const expired = await openSession(stripe);
  await stripe.checkout.sessions.expire(expired.id);
  const late = await payCheckout(expired.url ?? "");
  deepEqual([late.result, late.status, late.message], ["refused", 410, "Expired"]);
  const twice = await refusal(stripe.checkout.sessions.expire(expired.id));
  equal(twice.statusCode, 400);
});

Deno.test("checkout expires at its time, with its event, and cancels a failed intent", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, clock } = emulator;
  const expires_at = Math.floor(clock.now.getTime() / 1000) + 1_800;
  const session = await openSession(stripe, { expires_at });
  await payCheckout(session.url ?? "", "4000000000000002");
  clock.now = new Date((expires_at - 1) * 1000);
  equal((await stripe.checkout.sessions.retrieve(session.id)).status, "open");
  clock.now = new Date(expires_at * 1000);
  const after = await stripe.checkout.sessions.retrieve(session.id, { expand: ["payment_intent"] });
  deepEqual([after.status, after.payment_status], ["expired", "unpaid"]);
  equal((after.payment_intent as Stripe.PaymentIntent).status, "canceled");
  const types = await eventTypes(stripe);
  deepEqual(types.slice(-2), ["payment_intent.canceled", "checkout.session.expired"]);
});

Deno.test("checkout accepts an expiry only between 30 minutes and 24 hours", async () => {
  await using emulator = await startTestEmulator();
  const now = Math.floor(emulator.clock.now.getTime() / 1000);
  for (const seconds of [1_799, 86_401]) {
    const refused = await refusal(openSession(emulator.stripe, { expires_at: now + seconds }));
    deepEqual([refused.statusCode, refused.param], [400, "expires_at"]);
  }
  for (const seconds of [1_800, 86_400]) {
    const session = await openSession(emulator.stripe, { expires_at: now + seconds });
    equal(session.expires_at, now + seconds);
  }
});

Deno.test("checkout refuses 49 cents, accepts 50, and needs no payment for a free session", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const of = (unit_amount: number) =>
    openSession(stripe, {
      line_items: [{
        quantity: 1,
        price_data: { currency: "usd", unit_amount, product_data: { name: "Small" } },
      }],
    });
  const refused = await refusal(of(49));
  deepEqual([refused.statusCode, refused.code], [400, "amount_too_small"]);
  equal((await of(50)).amount_total, 50);
  const free = await of(0);
  equal(free.payment_status, "no_payment_required");
  equal((await payCheckout(free.url ?? "")).result, "paid");
  const after = await stripe.checkout.sessions.retrieve(free.id);
  deepEqual([after.status, after.payment_intent], ["complete", null]);
});

Deno.test("checkout creates a customer if asked, and otherwise uses the given customer", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const creating = await openSession(stripe, { customer_creation: "always" });
  await payCheckout(creating.url ?? "", "4242424242424242", { email: "new@example.com" });
  const made = await stripe.checkout.sessions.retrieve(creating.id, { expand: ["customer"] });
  equal((made.customer as Stripe.Customer).email, "new@example.com");

  const customer = await stripe.customers.create({ email: "known@example.com" });
  const given = await openSession(stripe, {
    customer: customer.id,
    payment_intent_data: { setup_future_usage: "off_session" },
  });
  equal(given.customer_details?.email, "known@example.com");
  await payCheckout(given.url ?? "");
  const saved = await stripe.paymentMethods.list({ customer: customer.id });
  equal(saved.data.length, 1);

  const both = await refusal(
    openSession(stripe, { customer: customer.id, customer_email: "a@example.com" }),
  );
  equal(both.param, "customer_email");
});

Deno.test("checkout lists its line items by page, with inline prices or price ids", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const product = await stripe.products.create({ name: "Plus" });
  const price = await stripe.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 2_499,
  });
  const session = await openSession(stripe, {
    line_items: [
      { price: price.id, quantity: 2 },
      {
        quantity: 3,
        price_data: { currency: "usd", unit_amount: 100, product: product.id },
      },
    ],
  });
  equal(session.amount_total, 2 * 2_499 + 300);
  const first = await stripe.checkout.sessions.listLineItems(session.id, { limit: 1 });
  equal(first.has_more, true);
  deepEqual([first.data[0]?.description, first.data[0]?.amount_total], ["Plus", 4_998]);
  const starting_after = first.data[0]?.id ?? "";
  const rest = await stripe.checkout.sessions.listLineItems(session.id, { starting_after });
  deepEqual([rest.data.length, rest.has_more, rest.data[0]?.quantity], [1, false, 3]);

  const mixed = await refusal(openSession(stripe, {
    line_items: [
      { price: price.id, quantity: 1 },
      { quantity: 1, price_data: { currency: "eur", unit_amount: 100, product: product.id } },
    ],
  }));
  equal(mixed.param, "line_items[1]");
});
