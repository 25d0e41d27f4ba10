import assert from "node:assert/strict";
import type Stripe from "stripe";
import { factsOf } from "../stored-facts.ts";
import { MARK } from "#support/project.ts";
import { eventOf, example } from "#support/samples/stripe.ts";
import { chargeFacts, paymentFacts, sessionFacts } from "./payments.ts";

const ORDER_ID = "9d3fa1b8-4ea1-49a5-9be2-2f8f6a4f4c01";
const BOOKING_ID = "7f0c9a52-6d0f-4f0e-9a5c-0d4c1d1f7a10";

function session(changes: Partial<Stripe.Checkout.Session> = {}): Stripe.Checkout.Session {
  return example("checkout.session", {
    id: "cs_1",
    client_reference_id: ORDER_ID,
    metadata: { order_id: ORDER_ID, farthing: MARK },
    payment_intent: "pi_1",
    amount_subtotal: 1000,
    amount_total: 999,
    total_details: { amount_discount: 188, amount_shipping: 0, amount_tax: 187 },
    currency: "usd",
    ...changes,
  });
}

function payment(changes: Partial<Stripe.PaymentIntent>): Stripe.PaymentIntent {
  return example("payment_intent", { id: "pi_1", last_payment_error: null, ...changes });
}

const SESSION_TYPES = [
  "checkout.session.completed",
  "checkout.session.async_payment_succeeded",
  "checkout.session.async_payment_failed",
  "checkout.session.expired",
];

for (const type of SESSION_TYPES) {
  Deno.test(`${type} has the order, the payment and whether it is paid`, () => {
    assert.deepEqual(factsOf(eventOf(type, session())), {
      order_id: ORDER_ID,
      session_id: "cs_1",
      payment_id: "pi_1",
      payment_status: "unpaid",
      amount: 999,
      amount_subtotal: 1000,
      amount_discount: 188,
      amount_tax: 187,
      currency: "usd",
      invoice_id: null,
      has_tax_id: null,
      mode: "payment",
      mark: MARK,
    });
  });
}

Deno.test("m3: the reference of a Payment Link names no order of ours, and does not replace one", () => {
  const foreign = { client_reference_id: ORDER_ID, metadata: {} };
  assert.equal(sessionFacts(session(foreign)).order_id, null);
  const ours = { client_reference_id: "A-17", metadata: { order_id: ORDER_ID } };
  assert.equal(sessionFacts(session(ours)).order_id, ORDER_ID);
});

Deno.test("the order comes from the metadata, and an expanded payment becomes its id", () => {
  const facts = sessionFacts(session({
    client_reference_id: null,
    metadata: { order_id: ORDER_ID },
    payment_intent: payment({ id: "pi_2" }),
  }));
  assert.equal(facts.order_id, ORDER_ID);
  assert.equal(facts.payment_id, "pi_2");
});

Deno.test("a session has its invoice, and whether the buyer gave a tax id, but no tax id", () => {
  const details = (tax_ids: Stripe.Checkout.Session.CustomerDetails["tax_ids"]) =>
    ({ email: "a@b.example", tax_ids }) as Stripe.Checkout.Session.CustomerDetails;
  const cases = [
    [details([{ type: "eu_vat", value: "PL1234567890" }]), true],
    [details([]), false],
    [details(null), false],
    [null, null],
  ] as const;
  for (const [customer_details, expected] of cases) {
    const facts = sessionFacts(session({ customer_details, invoice: "in_1" }));
    assert.deepEqual([facts.has_tax_id, facts.invoice_id], [expected, "in_1"]);
    assert.doesNotMatch(JSON.stringify(facts), /PL123|@/);
  }
});

Deno.test("a session without totals has none", () => {
  const facts = sessionFacts(session({ total_details: null, amount_subtotal: null }));
  assert.deepEqual([facts.amount_subtotal, facts.amount_discount, facts.amount_tax], [
    null,
    null,
    null,
  ]);
});

Deno.test("a session without a payment has none", () => {
  assert.equal(sessionFacts(session({ payment_intent: null })).payment_id, null);
});

Deno.test("a session that saves a card has no order, whatever its metadata say", () => {
  const facts = sessionFacts(session({ mode: "setup", payment_intent: null, amount_total: null }));
  assert.deepEqual([facts.order_id, facts.mode, facts.amount], [null, "setup", null]);
});

Deno.test("payment_intent.succeeded is paid with the received amount (T21)", () => {
  const paid = payment({
    status: "succeeded",
    metadata: { order_id: ORDER_ID, farthing: MARK },
    amount: 1200,
    amount_received: 999,
    currency: "usd",
    latest_charge: "ch_1",
  });
  assert.deepEqual(factsOf(eventOf("payment_intent.succeeded", paid)), {
    order_id: ORDER_ID,
    booking_id: null,
    session_id: null,
    payment_id: "pi_1",
    charge_id: "ch_1",
    payment_status: "paid",
    amount: 999,
    currency: "usd",
    failure_code: null,
    decline_code: null,
    mark: MARK,
  });
});

Deno.test("a failed payment has the requested amount, and the bank's reason", () => {
  const failed = payment({
    status: "requires_payment_method",
    metadata: { booking_id: BOOKING_ID },
    amount: 1200,
    amount_received: 0,
    currency: "jpy",
    last_payment_error: {
      type: "card_error",
      code: "card_declined",
      decline_code: "insufficient_funds",
    } as Stripe.PaymentIntent.LastPaymentError,
  });
  assert.deepEqual(factsOf(eventOf("payment_intent.payment_failed", failed)), {
    order_id: null,
    booking_id: BOOKING_ID,
    session_id: null,
    payment_id: "pi_1",
    charge_id: null,
    payment_status: "requires_payment_method",
    amount: 1200,
    currency: "jpy",
    failure_code: "card_declined",
    decline_code: "insufficient_funds",
    mark: null,
  });
});

for (const status of ["processing", "requires_action", "canceled"] as const) {
  Deno.test(`a payment that is ${status} has Stripe's status and no reason`, () => {
    const facts = paymentFacts(payment({ status }));
    assert.deepEqual([facts.payment_status, facts.failure_code, facts.amount], [
      status,
      null,
      1099,
    ]);
  });
}

Deno.test("a charge has its card's fingerprint, and no data of the card's holder", () => {
  const charge = example<Stripe.Charge>("charge", {
    id: "ch_1",
    payment_intent: "pi_1",
    status: "succeeded",
    metadata: { order_id: ORDER_ID, farthing: MARK },
  });
  assert.deepEqual(factsOf(eventOf("charge.succeeded", charge)), {
    order_id: ORDER_ID,
    booking_id: null,
    payment_id: "pi_1",
    charge_id: "ch_1",
    amount: 100,
    currency: "usd",
    outcome: "succeeded",
    failure_code: null,
    card_fingerprint: "AOB934RVNwzk6xtn",
    mark: MARK,
  });
});

Deno.test("a failed charge without a card has the failure's code and no fingerprint", () => {
  const charge = example<Stripe.Charge>("charge", {
    status: "failed",
    failure_code: "card_declined",
    payment_method_details: null,
  });
  const { outcome, failure_code, card_fingerprint } = chargeFacts(charge);
  assert.deepEqual([outcome, failure_code, card_fingerprint], ["failed", "card_declined", null]);
});
