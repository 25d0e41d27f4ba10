import assert from "node:assert/strict";
import type Stripe from "stripe";
import { factsOf } from "./facts.ts";

const ORDER_ID = "9d3fa1b8-4ea1-49a5-9be2-2f8f6a4f4c01";

function event(type: string, object: Record<string, unknown>): Stripe.Event {
  return { type, data: { object } } as unknown as Stripe.Event;
}

const SESSION = {
  id: "cs_1",
  client_reference_id: ORDER_ID,
  metadata: {},
  payment_intent: "pi_1",
  payment_status: "unpaid",
  amount_total: 999,
  currency: "usd",
};

const SESSION_TYPES = [
  "checkout.session.completed",
  "checkout.session.async_payment_succeeded",
  "checkout.session.async_payment_failed",
  "checkout.session.expired",
];

for (const type of SESSION_TYPES) {
  Deno.test(`${type} tells the order, the payment and whether it is paid`, () => {
    assert.deepEqual(factsOf(event(type, SESSION)), {
      order_id: ORDER_ID,
      session_id: "cs_1",
      payment_id: "pi_1",
      payment_status: "unpaid",
      amount: 999,
      currency: "usd",
    });
  });
}

Deno.test("the order is found in the metadata, and an expanded payment by its id", () => {
  const facts = factsOf(event("checkout.session.completed", {
    ...SESSION,
    client_reference_id: null,
    metadata: { order_id: ORDER_ID },
    payment_intent: { id: "pi_2", object: "payment_intent" },
  }));
  assert.equal(facts.order_id, ORDER_ID);
  assert.equal(facts.payment_id, "pi_2");
});

Deno.test("a session without a payment has none", () => {
  const facts = factsOf(event("checkout.session.expired", { ...SESSION, payment_intent: null }));
  assert.equal(facts.payment_id, null);
});

Deno.test("payment_intent.succeeded is paid with what was received (T21)", () => {
  const payment = {
    id: "pi_1",
    metadata: { order_id: ORDER_ID },
    amount: 1200,
    amount_received: 999,
    currency: "usd",
  };
  assert.deepEqual(factsOf(event("payment_intent.succeeded", payment)), {
    order_id: ORDER_ID,
    session_id: null,
    payment_id: "pi_1",
    payment_status: "paid",
    amount: 999,
    currency: "usd",
  });
});

Deno.test("a type that we do not use has no facts", () => {
  assert.deepEqual(factsOf(event("customer.created", { id: "cus_1" })), {});
});
