import assert from "node:assert/strict";
import { OtherStripeAccount } from "./error-classes.ts";
import { paymentsAt, refusalOf, stripeError, withStripe } from "#support/fakes/stripe-server.ts";

const CARD = { brand: "visa", last4: "4242", exp_month: 12, exp_year: 2040 };
const SAVED = { id: "pm_1", object: "payment_method", customer: "cus_1", card: CARD };
const NOTHING = { brand: null, last4: null, exp_month: null, exp_year: null };

Deno.test("a saved card is read with its customer, brand, digits and expiry", async () => {
  await withStripe(() => Response.json(SAVED), async (url, seen) => {
    assert.deepEqual(await paymentsAt(url).readCard("pm_1", "cus_1"), {
      customer_id: "cus_1",
      ...CARD,
    });
    assert.equal(seen[0]?.path, "/v1/payment_methods/pm_1");
  });
});

Deno.test("a payment method that is not a card has no digits", async () => {
  const bank = { id: "pm_1", object: "payment_method", customer: "cus_1", us_bank_account: {} };
  await withStripe(() => Response.json(bank), async (url) => {
    assert.deepEqual(await paymentsAt(url).readCard("pm_1", "cus_1"), {
      customer_id: "cus_1",
      ...NOTHING,
    });
  });
});

const missing = () => stripeError(404, { type: "invalid_request_error", code: "resource_missing" });

for (const deleted of [false, true]) {
  const whose = deleted ? "deleted customer" : "customer";
  Deno.test(`a card that Stripe does not have, of a ${whose} that it has, is gone`, async () => {
    const customer = { id: "cus_1", object: "customer", ...(deleted && { deleted }) };
    const answer = ({ path }: { path: string }) =>
      path === "/v1/customers/cus_1" ? Response.json(customer) : missing();
    await withStripe(answer, async (url) => {
      const payments = paymentsAt(url);
      const read = await payments.readCard("pm_1", "cus_1");
      assert.deepEqual(read, { customer_id: null, ...NOTHING });
      await payments.detachCard("pm_1", "cus_1", 0);
    });
  });
}

Deno.test("if Stripe has neither card nor customer, the key is of another account", async () => {
  await withStripe(missing, async (url) => {
    const payments = paymentsAt(url);
    for (
      const call of [
        () => payments.readCard("pm_1", "cus_1"),
        () => payments.detachCard("pm_1", "cus_1", 0),
      ]
    ) {
      const error = await refusalOf(call());
      assert(error instanceof OtherStripeAccount, String(error));
      assert.deepEqual([error.code, error.customerId], ["upstream_unavailable", "cus_1"]);
    }
  });
});

Deno.test("a card is not gone while Stripe does not say whether it has the customer", async () => {
  const answer = ({ path }: { path: string }) =>
    path.startsWith("/v1/customers/") ? stripeError(500, { type: "api_error" }) : missing();
  await withStripe(answer, async (url) => {
    const error = await refusalOf(paymentsAt(url).readCard("pm_1", "cus_1"));
    assert(!(error instanceof OtherStripeAccount));
  });
});

Deno.test("a card is detached under a key of its own for each attempt", async () => {
  await withStripe(() => Response.json({ ...SAVED, customer: null }), async (url, seen) => {
    await paymentsAt(url).detachCard("pm_1", "cus_1", 0);
    await paymentsAt(url).detachCard("pm_1", "cus_1", 1);
    assert.deepEqual(seen.map(({ path, idempotencyKey }) => [path, idempotencyKey]), [
      ["/v1/payment_methods/pm_1/detach", "detach-pm_1-0"],
      ["/v1/payment_methods/pm_1/detach", "detach-pm_1-1"],
    ]);
  });
});

function refusingToDetach(customer: string | null) {
  return ({ path }: { path: string }) =>
    path.endsWith("/detach")
      ? stripeError(400, { type: "invalid_request_error" })
      : Response.json({ ...SAVED, customer });
}

Deno.test("a card that was detached before counts as detached", async () => {
  await withStripe(refusingToDetach(null), (url) => paymentsAt(url).detachCard("pm_1", "cus_1", 0));
});

Deno.test("a card that Stripe refuses to detach is not detached", async () => {
  await withStripe(refusingToDetach("cus_1"), async (url) => {
    const error = await refusalOf(paymentsAt(url).detachCard("pm_1", "cus_1", 0));
    assert.equal(error.code, "upstream_unavailable");
  });
});

Deno.test("an answer of the wrong kind is no card (T20)", async () => {
  await withStripe(() => Response.json({ message: "a 404" }), async (url) => {
    assert.equal(
      (await refusalOf(paymentsAt(url).readCard("pm_1", "cus_1"))).code,
      "upstream_unavailable",
    );
    const detached = refusalOf(paymentsAt(url).detachCard("pm_1", "cus_1", 0));
    assert.equal((await detached).code, "upstream_unavailable");
  });
});
