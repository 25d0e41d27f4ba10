import assert from "node:assert/strict";
import { paymentsAt, refusalOf, withStripe } from "#support/fakes/stripe-server.ts";

const USER = "0b5d1a52-77a4-4b0c-9f0f-3f1f4f1d2a01";
const PAGE = {
  userId: USER,
  customerId: "cus_1",
  currency: "usd",
  requestKey: "ab12",
  successUrl: "https://app.example.com/ok",
  cancelUrl: "https://app.example.com/no",
};

Deno.test("a customer holds the user's id alone, once for each account", async () => {
  const made = { id: "cus_1", object: "customer" };
  await withStripe(() => Response.json(made), async (url, seen) => {
    assert.equal(await paymentsAt(url).createCustomer(USER, 7), "cus_1");
    assert.deepEqual(seen, [{
      path: "/v1/customers",
      idempotencyKey: `customer-${USER}-7`,
      form: { "metadata[user_id]": USER },
    }]);
  });
});

Deno.test("a card is saved on a hosted page whose setup names the user", async () => {
  const made = { id: "cs_1", object: "checkout.session", url: "https://checkout.example.com/1" };
  await withStripe(() => Response.json(made), async (url, seen) => {
    assert.equal(await paymentsAt(url).openCardPage(PAGE), made.url);
    assert.deepEqual(seen, [{
      path: "/v1/checkout/sessions",
      idempotencyKey: "card-ab12",
      form: {
        "ui_mode": "hosted_page",
        "mode": "setup",
        "currency": "usd",
        "customer": "cus_1",
        "metadata[user_id]": USER,
        "setup_intent_data[metadata][user_id]": USER,
        "success_url": PAGE.successUrl,
        "cancel_url": PAGE.cancelUrl,
      },
    }]);
  });
});

const WRONG = [{ message: "a 404 without an error object (T20)" }, { id: "x", object: "charge" }, {
  id: "cs_1",
  object: "checkout.session",
  url: null,
}];

Deno.test("an invalid customer or page is refused", async () => {
  for (const body of WRONG) {
    await withStripe(() => Response.json(body), async (url) => {
      const payments = paymentsAt(url);
      assert.equal((await refusalOf(payments.createCustomer(USER, 7))).status, 502);
      assert.equal((await refusalOf(payments.openCardPage(PAGE))).status, 502);
    });
  }
});
