import assert from "node:assert/strict";
import type Stripe from "stripe";
import { factsOf } from "../stored-facts.ts";
import { eventOf, example } from "#support/samples/stripe.ts";
import { accountFacts, feeFacts } from "./connect.ts";

const PROVIDER_ID = "5a1f8f5e-3c52-4c6f-8d0a-2b6f5f0c7e21";

for (const type of ["application_fee.created", "application_fee.refunded"]) {
  Deno.test(`${type} has the fee and its refunded part`, () => {
    const fee = example<Stripe.ApplicationFee>("application_fee", {
      id: "fee_1",
      charge: "ch_1",
      amount_refunded: 40,
    });
    assert.deepEqual(factsOf(eventOf(type, fee)), {
      fee_id: "fee_1",
      charge_id: "ch_1",
      payment_id: null,
      amount: 100,
      amount_refunded: 40,
      currency: "usd",
    });
  });
}

Deno.test("a fee with an expanded charge names the payment too", () => {
  const charge = example<Stripe.Charge>("charge", { id: "ch_2", payment_intent: "pi_2" });
  const fee = example<Stripe.ApplicationFee>("application_fee", { charge });
  const { charge_id, payment_id } = feeFacts(fee);
  assert.deepEqual([charge_id, payment_id], ["ch_2", "pi_2"]);
});

Deno.test("a fee's charge is the buyer's, and not the payment that the provider received", () => {
  const fee = example<Stripe.ApplicationFee>("application_fee", {
    charge: "py_theirs",
    originating_transaction: "ch_ours",
  });
  assert.equal(feeFacts(fee).charge_id, "ch_ours");
});

Deno.test("account.updated has the provider's capabilities, and the reason for missing ones", () => {
  const account = example<Stripe.Account>("account", {
    id: "acct_1",
    metadata: { provider_id: PROVIDER_ID },
    charges_enabled: true,
    external_accounts: {
      object: "list",
      data: [{ object: "bank_account", fingerprint: "fp1" }, { object: "card", fingerprint: null }],
      has_more: false,
      url: "",
    } as unknown as NonNullable<Stripe.Account["external_accounts"]>,
  });
  assert.deepEqual(factsOf(eventOf("account.updated", account)), {
    stripe_account_id: "acct_1",
    provider_id: PROVIDER_ID,
    charges_enabled: true,
    payouts_enabled: false,
    details_submitted: false,
    disabled_reason: "requirements.past_due",
    payout_accounts: ["fp1"],
  });
});

Deno.test("an account without requirements or metadata has nulls for them", () => {
  const account = example<Stripe.Account>("account");
  delete account.requirements;
  delete account.metadata;
  const { provider_id, disabled_reason } = accountFacts(account);
  assert.deepEqual([provider_id, disabled_reason], [null, null]);
});
