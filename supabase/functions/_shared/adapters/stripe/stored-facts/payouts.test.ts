import assert from "node:assert/strict";
import type Stripe from "stripe";
import { eventOf } from "#support/samples/stripe.ts";
import { factsOf } from "../stored-facts.ts";

const PAYOUT = {
  id: "po_1",
  object: "payout",
  amount: 1100,
  arrival_date: 1_795_046_400,
  automatic: true,
  created: 1_795_000_000,
  currency: "usd",
  description: "STRIPE PAYOUT",
  destination: "ba_1",
  failure_code: null,
  reconciliation_status: "in_progress",
  status: "in_transit",
} as Stripe.Payout;

const FACTS = {
  payout_id: "po_1",
  amount: 1100,
  currency: "usd",
  automatic: true,
  status: "in_transit",
  reconciliation_status: "in_progress",
  failure_code: null,
  made_at: 1_795_000_000,
  arrives_at: 1_795_046_400,
};

const TYPES = ["created", "updated", "paid", "failed", "canceled", "reconciliation_completed"];

for (const type of TYPES) {
  Deno.test(`payout.${type} has the amount, the day and the state`, () => {
    assert.deepEqual(factsOf(eventOf(`payout.${type}`, PAYOUT)), FACTS);
  });
}

Deno.test("a payout that the bank returned has the reason", () => {
  const failed = { ...PAYOUT, status: "failed", failure_code: "account_closed" };
  const expected = { ...FACTS, status: "failed", failure_code: "account_closed" };
  assert.deepEqual(factsOf(eventOf("payout.failed", failed)), expected);
});

Deno.test("a manual payout is marked as one that can't be listed", () => {
  const manual = { automatic: false, reconciliation_status: "not_applicable" } as const;
  const expected = { ...FACTS, ...manual };
  assert.deepEqual(factsOf(eventOf("payout.paid", { ...PAYOUT, ...manual })), expected);
});
