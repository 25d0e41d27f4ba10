import assert from "node:assert/strict";
import type { RefundToSend } from "../../contracts/database/results/refunds.ts";
import { REFUND_ID, REFUND_TO_SEND } from "#support/samples/refunds.ts";
import { paymentsAt, refusalOf, stripeError, withStripe } from "#support/fakes/stripe-server.ts";
import { StoredStripeError, StripeRefused } from "./error-classes.ts";

const MADE = {
  id: "re_1",
  object: "refund",
  amount: 999,
  currency: "usd",
  status: "pending",
};

/** Returns the form parameters that Stripe receives for a refund. */
async function formOf(changes: Partial<RefundToSend> = {}): Promise<Record<string, string>> {
  let form: Record<string, string> = {};
  await withStripe(() => Response.json(MADE), async (url, seen) => {
    await paymentsAt(url).createRefund({ ...REFUND_TO_SEND, ...changes });
    form = seen[0]!.form;
  });
  return form;
}

Deno.test("a refund is made of its payment, under a key of its own", async () => {
  await withStripe(() => Response.json(MADE), async (url, seen) => {
    const made = await paymentsAt(url).createRefund(REFUND_TO_SEND);
    assert.deepEqual(made, { id: "re_1" });
    assert.deepEqual(seen, [{
      path: "/v1/refunds",
      idempotencyKey: `refund-${REFUND_ID}`,
      form: {
        payment_intent: "pi_1",
        amount: "999",
        "metadata[refund_id]": REFUND_ID,
        "metadata[order_id]": REFUND_TO_SEND.order_id!,
        "metadata[farthing]": REFUND_TO_SEND.mark,
      },
    }]);
  });
});

Deno.test("a refund of a booking reverses the provider's share and refunds our fee", async () => {
  const form = await formOf({ order_id: null, booking_id: "b-1", connected: true, has_fee: true });
  assert.equal(form["metadata[booking_id]"], "b-1");
  assert.equal(form["metadata[order_id]"], undefined);
  assert.deepEqual([form.reverse_transfer, form.refund_application_fee], ["true", "true"]);
});

Deno.test("a refund of a booking without a fee does not ask for the fee", async () => {
  const form = await formOf({ order_id: null, booking_id: "b-1", connected: true });
  assert.deepEqual([form.reverse_transfer, form.refund_application_fee], ["true", undefined]);
});

Deno.test("Stripe receives only reasons that it knows", async () => {
  assert.equal((await formOf({ reason: "fraudulent" })).reason, "fraudulent");
  assert.equal((await formOf({ reason: "they asked nicely" })).reason, undefined);
});

const NO_REFUNDS: readonly [string, unknown, number][] = [
  ["a 404 without an error object (T20)", { message: "not here" }, 404],
  ["another object", { ...MADE, object: "charge" }, 200],
  ["a refund without an id", { ...MADE, id: undefined }, 200],
  ["a refund of another amount", { ...MADE, amount: 998 }, 200],
  ["a refund in another currency", { ...MADE, currency: "jpy" }, 200],
  ["nothing", null, 200],
];

for (const [name, body, status] of NO_REFUNDS) {
  Deno.test(`${name} is not a refund, and the result stays unknown`, async () => {
    await withStripe(() => Response.json(body, { status }), async (url) => {
      const error = await refusalOf(paymentsAt(url).createRefund(REFUND_TO_SEND));
      assert.deepEqual([error.code, error.status], ["upstream_unavailable", 502]);
      assert(!(error instanceof StripeRefused));
    });
  });
}

Deno.test("a definite refusal has Stripe's code and the parameter that it is about", async () => {
  const no = { type: "invalid_request_error", code: "charge_already_refunded" };
  await withStripe(() => stripeError(400, no), async (url) => {
    const error = await refusalOf(paymentsAt(url).createRefund(REFUND_TO_SEND));
    assert(error instanceof StripeRefused);
    assert.deepEqual([error.stripeCode, error.param], ["charge_already_refunded", null]);
  });
  const tooLarge = { type: "invalid_request_error", param: "amount" };
  await withStripe(() => stripeError(400, tooLarge), async (url) => {
    const error = await refusalOf(paymentsAt(url).createRefund(REFUND_TO_SEND));
    assert(error instanceof StripeRefused);
    assert.deepEqual([error.stripeCode, error.param], [null, "amount"]);
  });
});

Deno.test("a declined card has the bank's reason and the payment", async () => {
  const declined = {
    type: "card_error",
    code: "card_declined",
    decline_code: "insufficient_funds",
    payment_intent: { id: "pi_1", latest_charge: "ch_1", status: "requires_payment_method" },
  };
  await withStripe(() => stripeError(402, declined), async (url) => {
    const error = await refusalOf(paymentsAt(url).createRefund(REFUND_TO_SEND));
    assert(error instanceof StripeRefused);
    assert.equal(error.declineCode, "insufficient_funds");
    assert.deepEqual(error.payment, {
      payment_id: "pi_1",
      charge_id: "ch_1",
      status: "requires_payment_method",
    });
  });
});

const UNCERTAIN: readonly [string, number, string, boolean][] = [
  ["a fault of Stripe's", 500, "api_error", true],
  ["a key used for another refund", 400, "idempotency_error", true],
  ["too many requests", 429, "rate_limit_error", false],
  ["a key of ours that is wrong or was revoked", 401, "invalid_request_error", false],
  ["a key of ours that may not refund", 403, "invalid_request_error", false],
];

for (const [name, status, type, isKept] of UNCERTAIN) {
  Deno.test(`${name} is not a definite refusal`, async () => {
    await withStripe(() => stripeError(status, { type }), async (url) => {
      const error = await refusalOf(paymentsAt(url).createRefund(REFUND_TO_SEND));
      assert.equal(error.code, "upstream_unavailable");
      assert.deepEqual([error instanceof StripeRefused, error instanceof StoredStripeError], [
        false,
        isKept,
      ]);
    });
  });
}
