import assert from "node:assert/strict";
import type Stripe from "stripe";
import { example } from "#support/samples/stripe.ts";
import { paymentsAt, refusalOf, withStripe } from "#support/fakes/stripe-server.ts";

const PAYMENT = { payment_id: "pi_1", paid_at: 1_795_000_000 };

const session = (changes: Partial<Stripe.Checkout.Session> = {}) =>
  example<Stripe.Checkout.Session>("checkout.session", {
    id: "cs_1",
    payment_intent: "pi_1",
    status: "complete",
    payment_status: "paid",
    amount_subtotal: 1000,
    amount_total: 923,
    total_details: { amount_discount: 250, amount_shipping: 0, amount_tax: 173 },
    currency: "pln",
    livemode: false,
    ...changes,
  });

const listOf = (...data: object[]) => () =>
  Response.json({ object: "list", data, has_more: false, url: "/v1/checkout/sessions" });

Deno.test("the session of a payment is read as its event, with the time of the payment", async () => {
  await withStripe(listOf(session()), async (url, seen) => {
    const event = await paymentsAt(url).readPaidSession(PAYMENT);
    assert.equal(seen[0]?.path, "/v1/checkout/sessions");
    assert.equal(seen[0]?.form.payment_intent, "pi_1");
    assert(event);
    const { facts, ...rest } = event;
    assert.deepEqual(rest, {
      id: "read:cs_1",
      type: "checkout.session.completed",
      livemode: false,
      created: PAYMENT.paid_at,
    });
    const { session_id, payment_id, payment_status, amount } = facts as Record<string, unknown>;
    assert.deepEqual([session_id, payment_id, payment_status, amount], [
      "cs_1",
      "pi_1",
      "paid",
      923,
    ]);
  });
});

const UNPAID: [string, object[]][] = [
  ["no session", []],
  ["an open session", [session({ status: "open" })]],
  ["an expired session", [session({ status: "expired" })]],
  ["a session that is not paid yet", [session({ payment_status: "unpaid" })]],
];

for (const [name, data] of UNPAID) {
  Deno.test(`a payment with ${name} has no event`, async () => {
    await withStripe(listOf(...data), async (url) => {
      assert.equal(await paymentsAt(url).readPaidSession(PAYMENT), null);
    });
  });
}

Deno.test("an answer that is no list is no session (T20)", async () => {
  await withStripe(() => Response.json({ message: "a 404" }), async (url) => {
    const error = await refusalOf(paymentsAt(url).readPaidSession(PAYMENT));
    assert.equal(error.code, "upstream_unavailable");
  });
});
