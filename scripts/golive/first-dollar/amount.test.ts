import { deepEqual, equal, match } from "node:assert/strict";
import { judgeAmount } from "./amount.ts";
import { judgeLine, type Line } from "./payout-line.ts";

const ORDER = { amount: 999, currency: "usd" };

/** Judges a session with this total and a payment of the same amount. */
function judge(total: number, parts = { amount_discount: 0, amount_tax: 0 }, currency = "usd") {
  const details = { ...parts, amount_shipping: 0 };
  const session = {
    ...{ id: "cs_live_1", amount_total: total, currency, total_details: details },
    payment_status: "paid",
  } as const;
  const intent = {
    ...{ id: "pi_1", amount_received: total, currency, livemode: true },
    status: "succeeded",
  } as const;
  return judgeAmount(ORDER, session, intent);
}

Deno.test("the price of the order is the evidence of a payment", () => {
  deepEqual(judge(999), {
    state: "ok",
    evidence: ["pi_1: 9.99 USD, succeeded, livemode true"],
  });
});

Deno.test("a session without a payment is not a first dollar", () => {
  const free = {
    ...{ id: "cs_live_1", amount_total: 0, currency: "usd", total_details: null },
    payment_status: "no_payment_required",
  } as const;
  const { state, evidence, fix } = judgeAmount(ORDER, free, null);
  equal(state, "failed");
  match(evidence.join(), /0\.00 USD, no_payment_required,Stripe took no money/);
  match(fix ?? "", /--buy-again/);
  equal(judge(0).state, "failed");
});

Deno.test("tax or a code explains another amount, and both amounts are shown", () => {
  const taxed = judge(1189, { amount_discount: 0, amount_tax: 190 });
  equal(taxed.state, "ok");
  match(taxed.evidence.join(), /11\.89 USD.*the price is 9\.99 USD; discount 0\.00 USD, tax 1\.90/);
  equal(judge(499, { amount_discount: 500, amount_tax: 0 }).state, "ok");
});

Deno.test("an amount that nothing explains, or another currency, is a failure", () => {
  equal(judge(1).state, "failed");
  equal(judge(1, { amount_discount: 0, amount_tax: 16 }).state, "failed");
  equal(judge(1, { amount_discount: 1, amount_tax: 0 }).state, "failed");
  equal(judge(999, { amount_discount: 0, amount_tax: 0 }, "eur").state, "failed");
});

Deno.test("a line of a payout is evidence only if the project's record agrees", () => {
  const line = {
    ...{ payout_id: "po_1", balance_transaction_id: "txn_1", gross: 999, net: 940 },
    ...{ currency: "usd", matched: true, mismatch: null, difference: 0 },
  } as Line;
  equal(judgeLine(line).state, "ok");
  const differs = judgeLine({ ...line, matched: false, mismatch: "differs", difference: -100 });
  equal(differs.state, "warning");
  match(differs.evidence.join(), /matched false,Stripe's amount less our record's is -100/);
  match(differs.fix ?? "", /reports\/payouts\/po_1.*reconciliation_mismatch/);
  equal(judgeLine({ ...line, matched: null, mismatch: null }).state, "warning");
});
