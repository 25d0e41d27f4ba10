import assert from "node:assert/strict";
import type Stripe from "stripe";
import { factsOf } from "../stored-facts.ts";
import { eventOf, example } from "#support/samples/stripe.ts";

const USER_ID = "8c5a1f0e-7b1d-4c35-9c0e-3f5f0b7c9d31";

Deno.test("setup_intent.succeeded names the user, the customer and the card", () => {
  const setup = example<Stripe.SetupIntent>("setup_intent", {
    metadata: { user_id: USER_ID },
    customer: "cus_1",
    payment_method: "pm_1",
  });
  assert.deepEqual(factsOf(eventOf("setup_intent.succeeded", setup)), {
    user_id: USER_ID,
    customer_id: "cus_1",
    payment_method_id: "pm_1",
  });
});

Deno.test("a card saved by another integration belongs to no user here", () => {
  const setup = example<Stripe.SetupIntent>("setup_intent");
  assert.deepEqual(factsOf(eventOf("setup_intent.succeeded", setup)), {
    user_id: null,
    customer_id: null,
    payment_method_id: null,
  });
});

Deno.test("payment_method.detached names the card", () => {
  const method = example<Stripe.PaymentMethod>("payment_method", { id: "pm_1" });
  assert.deepEqual(factsOf(eventOf("payment_method.detached", method)), {
    payment_method_id: "pm_1",
  });
});

Deno.test("an updated card is named without its digits", () => {
  const method = example<Stripe.PaymentMethod>("payment_method", { id: "pm_1" });
  for (const type of ["payment_method.updated", "payment_method.automatically_updated"] as const) {
    assert.deepEqual(factsOf(eventOf(type, method)), { payment_method_id: "pm_1" });
  }
});
