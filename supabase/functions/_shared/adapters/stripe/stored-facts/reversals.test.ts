import assert from "node:assert/strict";
import type Stripe from "stripe";
import { factsOf } from "../stored-facts.ts";
import { MARK } from "#support/project.ts";
import { eventOf, example } from "#support/samples/stripe.ts";
import { refundFacts } from "./reversals.ts";

const REFUND_ID = "2f2f7a3e-6f3b-4a55-9d53-1e0b6f6a9c11";
const PAYMENT = { payment_intent: "pi_1", charge: "ch_1" };

const REFUND_TYPES = ["refund.created", "refund.updated", "refund.failed"];

for (const type of REFUND_TYPES) {
  Deno.test(`${type} has our refund's id, Stripe's id and the state`, () => {
    const isFailed = type === "refund.failed";
    const refund = example<Stripe.Refund>("refund", {
      ...PAYMENT,
      id: "re_1",
      metadata: { refund_id: REFUND_ID, farthing: MARK },
      ...(isFailed && { status: "failed", failure_reason: "lost_or_stolen_card" }),
    });
    assert.deepEqual(factsOf(eventOf(type, refund)), {
      stripe_refund_id: "re_1",
      refund_id: REFUND_ID,
      payment_id: "pi_1",
      charge_id: "ch_1",
      amount: 100,
      currency: "usd",
      status: isFailed ? "failed" : "succeeded",
      failure_reason: isFailed ? "lost_or_stolen_card" : null,
      transfer_reversal: null,
      mark: MARK,
    });
  });
}

Deno.test("a refund made in the dashboard has no id of ours", () => {
  const refund = example<Stripe.Refund>("refund", { ...PAYMENT, metadata: null });
  const facts = refundFacts(refund);
  assert.deepEqual([facts.refund_id, facts.payment_id, facts.mark], [null, "pi_1", null]);
});

Deno.test("a refund has the id of the reversal of the provider's share", () => {
  const reversal = example<Stripe.TransferReversal>("transfer_reversal", { id: "trr_1" });
  for (const transfer_reversal of ["trr_1", reversal]) {
    const refund = example<Stripe.Refund>("refund", { ...PAYMENT, transfer_reversal });
    assert.equal(refundFacts(refund).transfer_reversal, "trr_1");
  }
});

Deno.test("an expanded object becomes its id", () => {
  const refund = example<Stripe.Refund>("refund", {
    payment_intent: example<Stripe.PaymentIntent>("payment_intent", { id: "pi_2" }),
    charge: example<Stripe.Charge>("charge", { id: "ch_2" }),
  });
  const facts = refundFacts(refund);
  assert.deepEqual([facts.payment_id, facts.charge_id], ["pi_2", "ch_2"]);
});

const WITHDRAWN = example<Stripe.BalanceTransaction>("balance_transaction", {
  id: "txn_1",
  amount: -920,
  fee: 1500,
  currency: "eur",
  exchange_rate: 0.92,
});

const DISPUTE_TYPES = ["created", "updated", "closed", "funds_withdrawn", "funds_reinstated"];

for (const type of DISPUTE_TYPES) {
  Deno.test(`charge.dispute.${type} has amount, status, reason and movements`, () => {
    const dispute = example<Stripe.Dispute>("dispute", {
      ...PAYMENT,
      id: "dp_1",
      status: "needs_response",
      reason: "fraudulent",
      payment_method_details: {
        type: "card",
        card: {
          brand: "visa",
          case_type: "chargeback",
          network: "visa",
          network_reason_code: "10.4",
        },
      },
      balance_transactions: [WITHDRAWN],
      evidence_details: {
        ...example<Stripe.Dispute>("dispute").evidence_details,
        due_by: 1_796_000_000,
      },
    });
    assert.deepEqual(factsOf(eventOf(`charge.dispute.${type}`, dispute)), {
      dispute_id: "dp_1",
      payment_id: "pi_1",
      charge_id: "ch_1",
      amount: 1000,
      currency: "usd",
      status: "needs_response",
      reason: "fraudulent",
      case_type: "chargeback",
      evidence_due_by: 1_796_000_000,
      movements: [{ id: "txn_1", amount: -920, fee: 1500, currency: "eur", exchange_rate: 0.92 }],
    });
  });
}

Deno.test("a dispute without a card and without movements has no case type and no movements", () => {
  const dispute = example<Stripe.Dispute>("dispute", { balance_transactions: [] });
  delete dispute.payment_method_details;
  const facts = factsOf(eventOf("charge.dispute.created", dispute)) as Record<string, unknown>;
  assert.deepEqual([facts.case_type, facts.movements], [null, []]);
});

for (const type of ["created", "updated"]) {
  Deno.test(`radar.early_fraud_warning.${type} has the charge and whether it can be acted on`, () => {
    const warning: Stripe.Radar.EarlyFraudWarning = {
      id: "issfr_1",
      object: "radar.early_fraud_warning",
      actionable: true,
      charge: "ch_1",
      created: 1_795_000_000,
      fraud_type: "unauthorized_use_of_card",
      livemode: false,
    };
    const facts = factsOf(eventOf(`radar.early_fraud_warning.${type}`, warning));
    assert.deepEqual(facts, {
      warning_id: "issfr_1",
      payment_id: null,
      charge_id: "ch_1",
      fraud_type: "unauthorized_use_of_card",
      actionable: true,
    });
  });
}
