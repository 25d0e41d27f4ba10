import assert from "node:assert/strict";
import Stripe from "stripe";
import type { CheckoutOrder } from "../../contracts/database/results/checkout.ts";
import type { ErrorCode } from "../../core/errors.ts";
import { MARK } from "#support/project.ts";
import { SESSION_DEFAULTS } from "#support/samples/database.ts";
import { paymentsAt, refusalOf, withStripe } from "#support/fakes/stripe-server.ts";
import { OrderKeySpent } from "./error-classes.ts";

const ORDER: CheckoutOrder = {
  order_id: "9d3fa1b8-4ea1-49a5-9be2-2f8f6a4f4c01",
  package_id: "starter",
  package_name: "Starter",
  amount: 999,
  currency: "usd",
  total_credits: "9990",
  success_url: "https://app.example.com/ok?session_id={CHECKOUT_SESSION_ID}",
  cancel_url: "https://app.example.com/cancel",
  expires_at: "2026-11-21T13:00:00Z",
  expires_at_epoch: 1_795_266_000,
  client_temp_id: null,
  session_settings: SESSION_DEFAULTS,
  mark: MARK,
};

const SESSION = {
  id: "cs_test_1",
  object: "checkout.session",
  mode: "payment",
  url: "https://checkout.example.com/cs_test_1",
  amount_subtotal: 999,
  amount_total: 999,
  currency: "usd",
};

Deno.test("a session is made from the order alone, under the order's key", async () => {
  await withStripe(() => Response.json(SESSION), async (url, seen) => {
    const session = await paymentsAt(url).openSession(ORDER);
    assert.deepEqual(session, { id: SESSION.id, url: SESSION.url });
    assert.deepEqual(seen, [{
      path: "/v1/checkout/sessions",
      idempotencyKey: `order-${ORDER.order_id}`,
      form: {
        "ui_mode": "hosted_page",
        "mode": "payment",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": "999",
        "line_items[0][price_data][product_data][name]": "Starter",
        "client_reference_id": ORDER.order_id,
        "metadata[order_id]": ORDER.order_id,
        "metadata[package_id]": "starter",
        "metadata[farthing]": ORDER.mark,
        "payment_intent_data[metadata][order_id]": ORDER.order_id,
        "payment_intent_data[metadata][package_id]": "starter",
        "payment_intent_data[metadata][farthing]": ORDER.mark,
        "success_url": ORDER.success_url,
        "cancel_url": ORDER.cancel_url,
        "expires_at": "1795266000",
        "automatic_tax[enabled]": "false",
        "customer_email": "buyer@example.com",
      },
    }]);
  });
});

const NO_SESSIONS: readonly [string, unknown, number][] = [
  ["a 404 without an error object (T20)", { message: "not here" }, 404],
  ["another object", { ...SESSION, object: "payment_intent" }, 200],
  ["a session without an id", { ...SESSION, id: undefined }, 200],
  ["a session without a page", { ...SESSION, url: null }, 200],
  ["a session for nothing (T24)", { ...SESSION, amount_total: 0 }, 200],
  ["a session in another currency", { ...SESSION, currency: "jpy" }, 200],
  ["a Stripe error", { error: { type: "invalid_request_error", message: "no such price" } }, 400],
];

for (const [name, body, status] of NO_SESSIONS) {
  Deno.test(`${name} is not a session`, async () => {
    await withStripe(() => Response.json(body, { status }), async (url) => {
      const error = await refusalOf(paymentsAt(url).openSession(ORDER));
      assert.equal(error.code, "upstream_unavailable");
      assert.equal(error.status, 502);
      assert.equal(error.body.retryable, true);
      assert(!error.body.message.includes("price"));
    });
  });
}

function errorOf(type: string, code?: string) {
  return { error: { type, code, message: "text of Stripe" } };
}

/**
 * Stripe's status and body, our status and error code, and whether the order's idempotency key is
 * used up.
 */
const REFUSALS: readonly [number, unknown, number, ErrorCode, boolean][] = [
  [400, errorOf("invalid_request_error"), 502, "upstream_unavailable", true],
  [400, errorOf("idempotency_error"), 502, "upstream_unavailable", true],
  [401, errorOf("invalid_request_error"), 502, "upstream_unavailable", false],
  [403, errorOf("invalid_request_error"), 502, "upstream_unavailable", false],
  [500, errorOf("api_error"), 502, "upstream_unavailable", true],
  [503, errorOf("api_error"), 502, "upstream_unavailable", true],
  [400, errorOf("invalid_request_error", "rate_limit"), 502, "upstream_unavailable", false],
  [429, errorOf("rate_limit_error"), 502, "upstream_unavailable", false],
  [
    409,
    errorOf("idempotency_error", "idempotency_key_in_use"),
    409,
    "idempotency_in_progress",
    false,
  ],
];

for (const [answered, body, status, code, isSpent] of REFUSALS) {
  const kind = JSON.stringify(body).slice(0, 80);
  const then = isSpent ? "uses up the order's key" : "does not use up the order's key";
  Deno.test(`Stripe's ${answered} becomes ${status} and ${then}: ${kind}`, async () => {
    // Without this header, the resilience policy would retry some of these responses.
    const headers = { "stripe-should-retry": "false" };
    await withStripe(
      () => Response.json(body, { status: answered, headers }),
      async (url, seen) => {
        const error = await refusalOf(paymentsAt(url).openSession(ORDER));
        assert.deepEqual([error.status, error.code], [status, code]);
        assert.equal(error instanceof OrderKeySpent, isSpent);
        assert.equal(error.retryAfterSeconds, status === 409 ? 1 : undefined);
        assert.equal(error.body.retryable, true);
        assert(!error.body.message.includes("text of Stripe"));
        assert.equal(seen.length, 1);
      },
    );
  });
}

Deno.test("an incomplete answer does not change the order", async () => {
  await withStripe(() => new Response("{", { status: 500 }), async (url) => {
    const error = await refusalOf(paymentsAt(url).openSession(ORDER));
    assert.deepEqual([error.status, error instanceof OrderKeySpent], [502, false]);
  });
});

Deno.test("a Stripe that cannot be reached is answered with 503", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const payments = paymentsAt(`http://127.0.0.1:${port}`);
  const error = await refusalOf(payments.openSession(ORDER));
  assert.deepEqual([error.status, error instanceof OrderKeySpent], [503, false]);
  assert.equal(await payments.isReachable(), false);
});

Deno.test("one buyer's bad request does not open the breaker", async () => {
  let isBad = true;
  const bad = { error: { type: "invalid_request_error", message: "no" } };
  const answer = () => isBad ? Response.json(bad, { status: 400 }) : Response.json(SESSION);
  await withStripe(answer, async (url) => {
    const payments = paymentsAt(url);
    for (let attempt = 0; attempt < 6; attempt++) await refusalOf(payments.openSession(ORDER));
    isBad = false;
    assert.equal((await payments.openSession(ORDER)).id, SESSION.id);
  });
});

const signer = new Stripe("sk_test_1").webhooks;

function event(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    id: "evt_1",
    object: "event",
    api_version: Stripe.API_VERSION,
    type: "checkout.session.completed",
    livemode: false,
    created: 1_795_000_000,
    data: { object: { ...SESSION, payment_status: "paid", payment_intent: "pi_1", metadata: {} } },
    ...changes,
  });
}

async function sign(payload: string, secret: string, timestamp?: number): Promise<string> {
  const at = timestamp ?? Math.floor(Date.now() / 1000);
  return await signer.generateTestHeaderStringAsync({ payload, secret, timestamp: at });
}

async function receive(payload: string, signature: string | null, secretKey?: string) {
  return await paymentsAt("http://127.0.0.1:9", secretKey).readEvent(payload, signature);
}

async function read(payload: string, signature: string | null, secretKey?: string) {
  const event = await receive(payload, signature, secretKey);
  assert(event !== null, "the event was not read");
  return event;
}

async function checkEventRefused(payload: string, signature: string | null, code: ErrorCode) {
  assert.equal((await refusalOf(read(payload, signature))).code, code);
}

Deno.test("an event signed with any current secret is read", async () => {
  for (const secret of ["whsec_new", "whsec_old"]) {
    const { id, type, livemode, created, facts } = await read(event(), await sign(event(), secret));
    assert.deepEqual({ id, type, livemode, created }, {
      id: "evt_1",
      type: "checkout.session.completed",
      livemode: false,
      created: 1_795_000_000,
    });
    assert.deepEqual(facts, {
      order_id: null,
      session_id: "cs_test_1",
      payment_id: "pi_1",
      payment_status: "paid",
      amount: 999,
      amount_subtotal: 999,
      amount_discount: null,
      amount_tax: null,
      currency: "usd",
      invoice_id: null,
      has_tax_id: null,
      mode: "payment",
      mark: null,
    });
  }
});

Deno.test("a wrong, missing, stale or foreign signature is refused", async () => {
  const good = await sign(event(), "whsec_new");
  const stale = Math.floor(Date.now() / 1000) - 301;
  await checkEventRefused(event(), null, "signature_invalid");
  await checkEventRefused(event(), "", "signature_invalid");
  await checkEventRefused(event(), "t=1,v1=00", "signature_invalid");
  await checkEventRefused(event() + " ", good, "signature_invalid");
  await checkEventRefused(event({ id: "evt_2" }), good, "signature_invalid");
  await checkEventRefused(event(), await sign(event(), "whsec_other"), "signature_invalid");
  await checkEventRefused(event(), await sign(event(), "whsec_new", stale), "signature_invalid");
});

Deno.test("m11: a signature from the future is refused, and one slightly ahead is read", async () => {
  const signed = async (ahead: number) =>
    await sign(event(), "whsec_new", Math.floor(Date.now() / 1000) + ahead);
  await checkEventRefused(event(), await signed(360), "signature_invalid");
  await checkEventRefused(event(), `t=1,${await signed(86_400 * 365)}`, "signature_invalid");
  assert.equal((await read(event(), await signed(240))).livemode, false);
});

Deno.test("an event of the other mode is refused", async () => {
  const live = event({ livemode: true });
  const refused = await refusalOf(read(live, await sign(live, "whsec_new")));
  assert.equal(refused.code, "mode_mismatch");
  const named = /STRIPE_SECRET_KEY is test, STRIPE_WEBHOOK_SECRET signs live events/;
  assert.match(refused.internal ?? "", named);
  const signature = await sign(live, "whsec_new");
  assert.equal((await read(live, signature, "rk_live_1")).livemode, true);
  const test = await refusalOf(read(event(), await sign(event(), "whsec_new"), "sk_live_1"));
  assert.equal(test.code, "mode_mismatch");
});

Deno.test("an event of a connected account has no facts but the account's capabilities", async () => {
  // The owner of a connected account can write any metadata on the account's payments, so these
  // payments buy no credits here.
  const own = { ...SESSION, payment_status: "paid", metadata: { order_id: "o_1" } };
  const foreign = event({ account: "acct_1", data: { object: own } });
  const { id, type, facts } = await read(foreign, await sign(foreign, "whsec_new"));
  assert.deepEqual([id, type, facts], ["evt_1", "checkout.session.completed", {}]);
  const object = { id: "acct_1", object: "account", charges_enabled: true };
  const updated = event({ type: "account.updated", account: "acct_1", data: { object } });
  const { facts: updatedFacts } = await read(updated, await sign(updated, "whsec_new"));
  assert.equal("charges_enabled" in updatedFacts && updatedFacts.charges_enabled, true);
});

Deno.test("a connected account's test event at a live endpoint is accepted and not read", async () => {
  const test = event({ type: "account.updated", account: "acct_1" });
  const signature = await sign(test, "whsec_new");
  assert.equal(await receive(test, signature, "sk_live_1"), null);
  const live = event({ type: "account.updated", account: "acct_1", livemode: true });
  const refused = await refusalOf(read(live, await sign(live, "whsec_new")));
  assert.equal(refused.code, "mode_mismatch");
});

Deno.test("a signed body that is not an event is refused", async () => {
  for (const body of ["{}", "[]", '{"object":"list"}', "not json"]) {
    const { status } = await refusalOf(read(body, await sign(body, "whsec_new")));
    assert.equal(status, 400, body);
  }
});
