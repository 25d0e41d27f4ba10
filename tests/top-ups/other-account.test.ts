/**
 * Tests calls to the emulator with the key of a second Stripe account. The second account has none
 * of the first account's cards.
 */
import assert from "node:assert/strict";
import Stripe from "stripe";
import { createStripeEmulator } from "@farthing/stripe-emulator";
import { paymentsAt, refusalOf } from "../support/functions/fakes/stripe-server.ts";
import { TOP_UP_CHARGE } from "../support/functions/samples/top-ups.ts";
import { OtherStripeAccount } from "../../supabase/functions/_shared/adapters/stripe/error-classes.ts";

/** Starts a separate account at Stripe: a new emulator with this API key. */
function startAccount(apiKey: string) {
  const late: { fetch?: (request: Request) => Promise<Response> } = {};
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => late.fetch!(request),
  );
  const { port } = server.addr;
  const url = `http://127.0.0.1:${port}`;
  const emulator = createStripeEmulator({ apiKey, publicUrl: url });
  late.fetch = emulator.fetch;
  const httpClient = Stripe.createFetchHttpClient();
  return {
    stripe: new Stripe(apiKey, { host: "127.0.0.1", port, protocol: "http", httpClient }),
    payments: paymentsAt(url, apiKey),
    async [Symbol.asyncDispose]() {
      await emulator.close();
      await server.shutdown();
    },
  };
}

Deno.test("with the key of another account each call says so, and the card stays attached", async () => {
  await using own = startAccount("sk_test_own_account_1");
  await using other = startAccount("sk_test_other_account_2");
  const customer = (await own.stripe.customers.create()).id;
  const card = (await own.stripe.paymentMethods.attach("pm_card_visa", { customer })).id;
  const charge = { ...TOP_UP_CHARGE, customer_id: customer, payment_method_id: card };
  for (
    const call of [
      () => other.payments.readCard(card, customer),
      () => other.payments.detachCard(card, customer, 0),
      () => other.payments.chargeCard(charge),
    ]
  ) {
    assert((await refusalOf(call())) instanceof OtherStripeAccount);
  }
  assert.equal((await own.payments.readCard(card, customer)).customer_id, customer);
  assert.equal((await own.payments.chargeCard(charge)).kind, "accepted");
});

Deno.test("with the right key, the card of a deleted customer is gone", async () => {
  await using own = startAccount("sk_test_own_account_1");
  const customer = (await own.stripe.customers.create()).id;
  const card = (await own.stripe.paymentMethods.attach("pm_card_visa", { customer })).id;
  await own.stripe.customers.del(customer);
  assert.equal((await own.payments.readCard("pm_missing", customer)).customer_id, null);
  assert.equal((await own.payments.readCard(card, customer)).customer_id, null);
  await own.payments.detachCard(card, customer, 0);
  const charge = { ...TOP_UP_CHARGE, customer_id: customer, payment_method_id: card };
  assert.equal((await own.payments.chargeCard(charge)).kind, "card_gone");
});
