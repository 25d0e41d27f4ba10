import assert from "node:assert/strict";
import { paymentsAt, refusalOf, stripeError, withStripe } from "#support/fakes/stripe-server.ts";
import { OtherStripeAccount } from "./error-classes.ts";
import { TOP_UP_CHARGE, TOP_UP_LINK } from "#support/samples/top-ups.ts";
import type { ChargeOutcome } from "./top-up-payments.ts";

const PAYMENT = { id: "pi_1", object: "payment_intent", status: "succeeded" };
const SESSION = {
  id: "cs_1",
  object: "checkout.session",
  url: "https://checkout.example.com/cs_1",
  amount_total: 500,
  currency: "usd",
};
const URLS = { successUrl: "https://app.example.com/ok", cancelUrl: "https://app.example.com/no" };
const { order_id } = TOP_UP_CHARGE;

Deno.test("T16: a card is charged off session, under the order's key", async () => {
  await withStripe(() => Response.json(PAYMENT), async (url, seen) => {
    const outcome = await paymentsAt(url).chargeCard(TOP_UP_CHARGE);
    assert.deepEqual(outcome, { kind: "accepted", payment_id: "pi_1" });
    assert.deepEqual(seen, [{
      path: "/v1/payment_intents",
      idempotencyKey: `top-up-${order_id}`,
      form: {
        amount: "500",
        currency: "usd",
        customer: "cus_1",
        payment_method: "pm_1",
        confirm: "true",
        off_session: "true",
        "metadata[order_id]": order_id,
        "metadata[farthing]": TOP_UP_CHARGE.mark,
      },
    }]);
  });
});

const STATES: [string, ChargeOutcome][] = [
  ["succeeded", { kind: "accepted", payment_id: "pi_1" }],
  ["processing", { kind: "accepted", payment_id: "pi_1" }],
  ["requires_action", { kind: "authentication", payment_id: "pi_1" }],
  ["requires_payment_method", {
    kind: "declined",
    payment_id: "pi_1",
    code: "requires_payment_method",
  }],
  ["canceled", { kind: "declined", payment_id: "pi_1", code: "canceled" }],
];

for (const [status, wanted] of STATES) {
  Deno.test(`a charge that is ${status} is ${wanted.kind}`, async () => {
    await withStripe(() => Response.json({ ...PAYMENT, status }), async (url) => {
      assert.deepEqual(await paymentsAt(url).chargeCard(TOP_UP_CHARGE), wanted);
    });
  });
}

const payment_intent = { ...PAYMENT, status: "requires_payment_method" };
const card_error = { type: "card_error", payment_intent };
const invalid = { type: "invalid_request_error" };

const REFUSALS: [string, number, Record<string, unknown>, ChargeOutcome][] = [
  [
    "insufficient funds",
    402,
    { ...card_error, code: "card_declined", decline_code: "insufficient_funds" },
    { kind: "declined", payment_id: "pi_1", code: "insufficient_funds" },
  ],
  [
    "an expired card",
    402,
    { ...card_error, code: "expired_card" },
    { kind: "declined", payment_id: "pi_1", code: "expired_card" },
  ],
  [
    "a bank that wants the user",
    402,
    { ...card_error, code: "authentication_required", decline_code: "authentication_required" },
    { kind: "authentication", payment_id: "pi_1" },
  ],
  [
    "a card that is gone",
    400,
    { ...invalid, code: "resource_missing", param: "payment_method" },
    { kind: "card_gone", payment_id: null, code: "resource_missing" },
  ],
  [
    "a customer that is gone",
    400,
    { ...invalid, code: "resource_missing", param: "customer" },
    { kind: "card_gone", payment_id: null, code: "resource_missing" },
  ],
];

for (const [name, status, error, wanted] of REFUSALS) {
  Deno.test(`${name} is an outcome and not an error`, async () => {
    const answer = ({ path }: { path: string }) =>
      path.startsWith("/v1/customers/")
        ? Response.json({ id: "cus_1", object: "customer" })
        : stripeError(status, error);
    await withStripe(answer, async (url) => {
      assert.deepEqual(await paymentsAt(url).chargeCard(TOP_UP_CHARGE), wanted);
    });
  });
}

for (const param of ["payment_method", "customer"]) {
  Deno.test(`with the key of another account, a missing ${param} says nothing`, async () => {
    const missing = () => stripeError(400, { ...invalid, code: "resource_missing", param });
    await withStripe(missing, async (url) => {
      const error = await refusalOf(paymentsAt(url).chargeCard(TOP_UP_CHARGE));
      assert(error instanceof OtherStripeAccount, String(error));
    });
  });
}

const FAILURES: [string, () => Response][] = [
  ["a wrong key", () => stripeError(401, invalid)],
  ["a request that Stripe does not take", () => stripeError(400, { ...invalid, param: "amount" })],
  ["a failure of Stripe's", () => stripeError(500, { type: "api_error" })],
  ["an idempotency error", () => stripeError(400, { type: "idempotency_error" })],
  ["a 404 without an error object (T20)", () => Response.json({ message: "no" }, { status: 404 })],
  ["another object", () => Response.json({ ...PAYMENT, object: "charge" })],
];

for (const [name, answer] of FAILURES) {
  Deno.test(`${name} is not the card's fault: the charge's result is unknown`, async () => {
    await withStripe(answer, async (url) => {
      const { code } = await refusalOf(paymentsAt(url).chargeCard(TOP_UP_CHARGE));
      assert.equal(code, "upstream_unavailable");
    });
  });
}

Deno.test("a charge is cancelled under the order's key", async () => {
  const canceled = { ...PAYMENT, status: "canceled" };
  await withStripe(() => Response.json(canceled), async (url, seen) => {
    assert.equal(await paymentsAt(url).cancelCharge(TOP_UP_LINK), true);
    const [{ path, idempotencyKey }] = seen as [typeof seen[0]];
    assert.deepEqual([path, idempotencyKey], [
      "/v1/payment_intents/pi_1/cancel",
      `top-up-cancel-${order_id}`,
    ]);
  });
});

for (const [status, wanted] of [["succeeded", false], ["processing", false], ["canceled", true]]) {
  Deno.test(`a charge that is already ${status} ${wanted ? "counts as" : "can't be"} cancelled`, async () => {
    const code = "payment_intent_unexpected_state";
    const error = { ...invalid, code, payment_intent: { ...PAYMENT, status } };
    await withStripe(() => stripeError(400, error), async (url) => {
      assert.equal(await paymentsAt(url).cancelCharge(TOP_UP_LINK), wanted);
    });
  });
}

Deno.test("a cancellation without a valid answer throws, because its result is unknown", async () => {
  await withStripe(() => stripeError(500, { type: "api_error" }), async (url) => {
    const { status } = await refusalOf(paymentsAt(url).cancelCharge(TOP_UP_LINK));
    assert.equal(status, 502);
  });
});

Deno.test("a page for the same order and amount replaces the charge", async () => {
  await withStripe(() => Response.json(SESSION), async (url, seen) => {
    const page = await paymentsAt(url).openTopUpPage(TOP_UP_LINK, URLS);
    assert.deepEqual(page, { id: SESSION.id, url: SESSION.url });
    const [{ path, idempotencyKey, form }] = seen as [typeof seen[0]];
    assert.deepEqual([path, idempotencyKey], ["/v1/checkout/sessions", `top-up-page-${order_id}`]);
    assert.deepEqual(form, {
      "ui_mode": "hosted_page",
      "mode": "payment",
      "customer": "cus_1",
      "line_items[0][quantity]": "1",
      "line_items[0][price_data][currency]": "usd",
      "line_items[0][price_data][unit_amount]": "500",
      "line_items[0][price_data][product_data][name]": "5000 credits",
      "client_reference_id": order_id,
      "metadata[order_id]": order_id,
      "metadata[farthing]": TOP_UP_CHARGE.mark,
      "payment_intent_data[metadata][order_id]": order_id,
      "payment_intent_data[metadata][farthing]": TOP_UP_CHARGE.mark,
      "success_url": URLS.successUrl,
      "cancel_url": URLS.cancelUrl,
      "expires_at": "1795266000",
      "automatic_tax[enabled]": "false",
    });
  });
});

Deno.test("a page for another amount, or without an address, is refused", async () => {
  for (const changes of [{ amount_total: 0 }, { currency: "jpy" }, { url: null }]) {
    await withStripe(() => Response.json({ ...SESSION, ...changes }), async (url) => {
      const { status } = await refusalOf(paymentsAt(url).openTopUpPage(TOP_UP_LINK, URLS));
      assert.equal(status, 502);
    });
  }
});
