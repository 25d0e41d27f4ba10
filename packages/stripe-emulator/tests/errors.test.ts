import { deepEqual, equal, match } from "node:assert/strict";
import type Stripe from "stripe";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { openSession, refusal } from "./harness.ts";

Deno.test("a request without the right key is refused with 401", async () => {
  await using emulator = await startTestEmulator();
  for (
    const key of ["sk_test_wrong_key_12345", "sk_live_emulator_key_1234", "pk_test_1234567890"]
  ) {
    const refused = await refusal(emulator.client({}, key).products.list());
    deepEqual([refused.type, refused.statusCode], ["StripeAuthenticationError", 401], key);
  }
  const bare = await fetch(`${emulator.url}/v1/products`);
  deepEqual([bare.status, (await bare.json()).error.type], [401, "invalid_request_error"]);
});

Deno.test("the key is accepted as the Basic user name too", async () => {
  await using emulator = await startTestEmulator();
  const authorization = `Basic ${btoa("sk_test_emulator_key_1234:")}`;
  const answer = await fetch(`${emulator.url}/v1/balance`, { headers: { authorization } });
  deepEqual([answer.status, (await answer.json()).object], [200, "balance"]);
});

Deno.test("T20: every unknown URL is refused in Stripe's error shape", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const calls = [
    stripe.subscriptions.list(),
    stripe.subscriptions.create({ customer: "cus_1" }),
    stripe.coupons.retrieve("X"),
    stripe.rawRequest("POST", "/v1/products/prod_1/nothing", {}),
    stripe.rawRequest("GET", "/v2/anything"),
  ];
  for (const call of calls) {
    const refused = await refusal(call);
    deepEqual([refused.statusCode, refused.rawType], [404, "invalid_request_error"]);
    match(refused.requestId ?? "", /^req_/);
  }
});

const base: Stripe.Checkout.SessionCreateParams = {
  mode: "payment",
  success_url: "http://localhost/done",
  line_items: [{
    quantity: 1,
    price_data: { currency: "usd", unit_amount: 999, product_data: { name: "Starter" } },
  }],
};

/**
 * Each case: the invalid parameters, the parameter that the error must name, and Stripe's error
 * code.
 */
const FAULTS: Array<[what: Record<string, unknown>, param: string, code: string | undefined]> = [
  [{ success_url: undefined }, "success_url", "parameter_missing"],
  [{ mode: undefined }, "mode", "parameter_missing"],
  [{ line_items: undefined }, "line_items", "parameter_missing"],
  [{ payment_method_types: ["card"] }, "payment_method_types", "parameter_unknown"],
  [{ wrong: { deep: 1 } }, "wrong", "parameter_unknown"],
  [{ line_items: [{ quantity: 1, colour: "red" }] }, "line_items[0][colour]", "parameter_unknown"],
  [{ line_items: [{ quantity: 1 }] }, "line_items[0][price]", undefined],
  [{ line_items: [{ quantity: "x" }] }, "line_items[0][quantity]", "parameter_invalid_integer"],
  [
    { line_items: [{ price: "price_none", quantity: 1 }] },
    "line_items[0][price]",
    "resource_missing",
  ],
  [{ success_url: "nowhere" }, "success_url", "url_invalid"],
  [{ customer_email: "nobody" }, "customer_email", "email_invalid"],
  [{ client_reference_id: "" }, "client_reference_id", "parameter_invalid_empty"],
  [{ customer: "cus_none" }, "customer", "resource_missing"],
  [{ mode: "subscription" }, "mode", undefined],
  [{ ui_mode: "embedded_page" }, "ui_mode", undefined],
  [{ discounts: [{ coupon: "X" }] }, "discounts", undefined],
];

Deno.test("a wrong parameter is refused with 400, its name and Stripe's code", async () => {
  await using emulator = await startTestEmulator();
  for (const [what, param, code] of FAULTS) {
    const params = { ...base, ...what } as Stripe.Checkout.SessionCreateParams;
    const refused = await refusal(emulator.stripe.checkout.sessions.create(params));
    deepEqual(
      [refused.statusCode, refused.rawType, refused.param, refused.code],
      [400, "invalid_request_error", param, code],
    );
  }
  equal((await emulator.stripe.checkout.sessions.list()).data.length, 0);
});

Deno.test("a missing object in the path answers 404", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const calls = [
    stripe.checkout.sessions.retrieve("cs_test_none"),
    stripe.checkout.sessions.expire("cs_test_none"),
    stripe.paymentIntents.retrieve("pi_none"),
    stripe.charges.retrieve("ch_none"),
    stripe.events.retrieve("evt_none"),
    stripe.products.del("prod_none"),
    stripe.webhookEndpoints.update("we_none", { disabled: true }),
  ];
  for (const call of calls) {
    const refused = await refusal(call);
    deepEqual([refused.statusCode, refused.code, refused.param], [404, "resource_missing", "id"]);
  }
});

Deno.test("another API version, another account and a JSON body are refused", async () => {
  await using emulator = await startTestEmulator();
  const { stripe, url } = emulator;
  const version = await refusal(stripe.balance.retrieve({}, { apiVersion: "2020-08-27" }));
  equal(version.statusCode, 400);
  const account = await refusal(stripe.balance.retrieve({}, { stripeAccount: "acct_none" }));
  deepEqual([account.statusCode, account.code], [403, "account_invalid"]);
  const json = await fetch(`${url}/v1/customers`, {
    method: "POST",
    headers: {
      authorization: "Bearer sk_test_emulator_key_1234",
      "content-type": "application/json",
    },
    body: "{}",
  });
  deepEqual([json.status, (await json.json()).error.type], [400, "invalid_request_error"]);
});

Deno.test("a body nested too deeply or with too many parameters is refused", async () => {
  await using emulator = await startTestEmulator();
  const headers = {
    authorization: "Bearer sk_test_emulator_key_1234",
    "content-type": "application/x-www-form-urlencoded",
  };
  for (const body of [`metadata${"[a]".repeat(40)}=1`, "a=1&".repeat(3_000)]) {
    const answer = await fetch(`${emulator.url}/v1/customers`, { method: "POST", headers, body });
    deepEqual([answer.status, (await answer.json()).error.type], [400, "invalid_request_error"]);
  }
});

Deno.test("a refused request does not affect the next one", async () => {
  await using emulator = await startTestEmulator();
  await refusal(openSession(emulator.stripe, { customer: "cus_none" }));
  equal((await openSession(emulator.stripe)).status, "open");
});

Deno.test("a refused call changes nothing", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const line = (currency: string) => ({
    quantity: 1,
    price_data: { currency, unit_amount: 999, product_data: { name: "Starter" } },
  });
  await refusal(openSession(stripe, { line_items: [line("usd"), line("eur")] }));
  await refusal(openSession(stripe, { expand: ["nothing"] }));
  equal((await stripe.products.list()).data.length, 0);
  equal((await stripe.prices.list()).data.length, 0);
  equal((await stripe.checkout.sessions.list()).data.length, 0);
});
