import { deepEqual, equal, ok } from "node:assert/strict";
import type Stripe from "stripe";
import { startTestEmulator, type TestEmulator } from "../testing/test-emulator.ts";
import { eventTypes, pay, refusal } from "./harness.ts";

const OPENED = ["charge.dispute.created", "charge.dispute.funds_withdrawn"];
const WON = ["charge.dispute.funds_reinstated", "charge.dispute.closed"];

/**
 * Opens a dispute of $9.99 with a request under `/_emulator`. Returns the payment, the dispute's
 * id, and a function that returns the types of the events since the dispute was opened.
 */
async function disputed(emulator: TestEmulator, body: object = {}) {
  const { stripe } = emulator;
  const paid = await pay(stripe);
  await emulator.control("POST", `/payments/${paid.id}/dispute`, body);
  const { data: [dispute] } = await stripe.disputes.list({ payment_intent: paid.id });
  const before = (await eventTypes(stripe)).length;
  const newEvents = async () => (await eventTypes(stripe)).slice(before);
  return { paid, id: String(dispute?.id), newEvents };
}

async function available(stripe: Stripe): Promise<number | undefined> {
  return (await stripe.balance.retrieve()).available[0]?.amount;
}

for (
  const [method, reason, code] of [
    ["pm_card_createDispute", "fraudulent", "10.4"],
    ["pm_card_createDisputeProductNotReceived", "product_not_received", "13.1"],
  ] as const
) {
  Deno.test(`a payment by ${method} is disputed at once, and the money is withdrawn`, async () => {
    await using emulator = await startTestEmulator();
    const { stripe } = emulator;
    const paid = await pay(stripe, { method });
    deepEqual(await eventTypes(stripe), [
      "payment_intent.created",
      "charge.succeeded",
      "payment_intent.succeeded",
      "charge.updated",
      ...OPENED,
    ]);
    const { data: [dispute] } = await stripe.disputes.list({ charge: String(paid.latest_charge) });
    ok(dispute);
    ok(dispute.id.startsWith("du_"));
    deepEqual(
      [dispute.status, dispute.reason, dispute.amount, dispute.currency, dispute.payment_intent],
      ["needs_response", reason, 999, "usd", paid.id],
    );
    const { card } = dispute.payment_method_details ?? {};
    deepEqual([card?.case_type, card?.network_reason_code], ["chargeback", code]);
    equal(dispute.is_charge_refundable, false);
    const [withdrawal] = dispute.balance_transactions;
    const { amount, fee, net, type, status, fee_details } = withdrawal ?? {};
    deepEqual([amount, fee, net, type, status], [-999, 1_500, -2_499, "adjustment", "available"]);
    equal(fee_details?.[0]?.description, "Dispute fee");
    equal(await available(stripe), -2_499);
    const charge = await stripe.charges.retrieve(String(paid.latest_charge));
    equal(charge.disputed, true);
    const source = await stripe.balanceTransactions.retrieve(String(withdrawal?.id), {
      expand: ["source"],
    });
    equal((source.source as Stripe.Dispute).id, dispute.id);
  });
}

Deno.test("an inquiry moves no money, and its charge can be refunded", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const paid = await pay(stripe, { method: "pm_card_createDisputeInquiry" });
  deepEqual((await eventTypes(stripe)).slice(-1), ["charge.dispute.created"]);
  const { data: [inquiry] } = await stripe.disputes.list();
  deepEqual([inquiry?.status, inquiry?.balance_transactions], ["warning_needs_response", []]);
  equal(inquiry?.payment_method_details?.card?.case_type, "inquiry");
  equal((await stripe.refunds.create({ payment_intent: paid.id, amount: 99 })).status, "succeeded");
  equal((await stripe.balanceTransactions.list({ type: "adjustment" })).data.length, 0);
});

Deno.test("winning evidence returns the money and the fee after a review", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id, newEvents, paid } = await disputed(emulator);
  const submitted = await stripe.disputes.update(id, {
    evidence: { uncategorized_text: "winning_evidence", customer_name: "Ada" },
    metadata: { case: "7" },
  });
  const { has_evidence, submission_count } = submitted.evidence_details;
  deepEqual([submitted.status, has_evidence, submission_count], ["under_review", true, 1]);
  deepEqual([submitted.evidence.customer_name, submitted.metadata], ["Ada", { case: "7" }]);
  const won = await stripe.disputes.retrieve(id);
  deepEqual([won.status, won.is_charge_refundable], ["won", true]);
  const [, returned] = won.balance_transactions;
  deepEqual([returned?.amount, returned?.fee, returned?.net], [999, -1_500, 2_499]);
  equal(await available(stripe), 0);
  deepEqual(await newEvents(), ["charge.dispute.updated", ...WON]);
  equal((await stripe.charges.retrieve(String(paid.latest_charge))).disputed, true);
  equal((await stripe.refunds.create({ payment_intent: paid.id })).amount, 999);
});

Deno.test("losing evidence returns no money", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id, newEvents, paid } = await disputed(emulator);
  await stripe.disputes.update(id, { evidence: { uncategorized_text: "losing_evidence" } });
  equal((await stripe.disputes.retrieve(id)).status, "lost");
  deepEqual(await newEvents(), ["charge.dispute.updated", "charge.dispute.closed"]);
  equal(await available(stripe), -2_499);
  const refused = await refusal(stripe.refunds.create({ payment_intent: paid.id }));
  deepEqual([refused.statusCode, refused.code], [400, "charge_disputed"]);
});

Deno.test("other evidence is staged, then submitted, and the dispute stays under review", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id, newEvents } = await disputed(emulator);
  const staged = await stripe.disputes.update(id, {
    evidence: { product_description: "Credits" },
    submit: false,
  });
  deepEqual([staged.status, staged.evidence_details.submission_count], ["needs_response", 0]);
  const submitted = await stripe.disputes.update(id, { submit: true });
  deepEqual([submitted.status, submitted.evidence.product_description], [
    "under_review",
    "Credits",
  ]);
  equal((await stripe.disputes.retrieve(id)).status, "under_review");
  deepEqual(await newEvents(), ["charge.dispute.updated", "charge.dispute.updated"]);
  await emulator.control("POST", `/disputes/${id}/settle`, { outcome: "won" });
  equal((await stripe.disputes.retrieve(id)).status, "won");
});

Deno.test("closing a dispute loses it, and it cannot be changed afterwards", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id, newEvents } = await disputed(emulator);
  equal((await stripe.disputes.close(id)).status, "lost");
  deepEqual(await newEvents(), ["charge.dispute.closed"]);
  for (const again of [() => stripe.disputes.close(id), () => stripe.disputes.update(id, {})]) {
    equal((await refusal(again())).statusCode, 400);
  }
  for (const outcome of ["won", "lost", "under_review", "escalate", "warning_closed"]) {
    const refused = await fetch(`${emulator.url}/_emulator/disputes/${id}/settle`, {
      method: "POST",
      body: JSON.stringify({ outcome }),
    });
    equal(refused.status, 400);
    await refused.body?.cancel();
  }
  deepEqual(await newEvents(), ["charge.dispute.closed"]);
});

for (const way of ["control", "evidence"] as const) {
  Deno.test(`an inquiry escalated by ${way} becomes a dispute with the same id`, async () => {
    await using emulator = await startTestEmulator();
    const { stripe } = emulator;
    const { id, newEvents, paid } = await disputed(emulator, { inquiry: true });
    if (way === "control") {
      await emulator.control("POST", `/disputes/${id}/settle`, { outcome: "escalate" });
    } else {
      const evidence = { uncategorized_text: "escalate_inquiry_evidence" };
      equal((await stripe.disputes.update(id, { evidence })).status, "warning_under_review");
    }
    const after = await stripe.disputes.retrieve(id);
    deepEqual([after.status, after.balance_transactions.length], ["needs_response", 1]);
    equal(after.payment_method_details?.card?.case_type, "chargeback");
    deepEqual((await newEvents()).slice(-2), [
      "charge.dispute.updated",
      "charge.dispute.funds_withdrawn",
    ]);
    const refused = await refusal(stripe.refunds.create({ payment_intent: paid.id }));
    equal(refused.code, "charge_disputed");
  });
}

Deno.test("an inquiry is reviewed and closed without moving money", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  for (const text of ["losing_evidence", "winning_evidence"]) {
    const { id } = await disputed(emulator, { inquiry: true });
    await stripe.disputes.update(id, { evidence: { uncategorized_text: text } });
    equal((await stripe.disputes.retrieve(id)).status, "warning_closed");
  }
  const { id, newEvents } = await disputed(emulator, { inquiry: true });
  await emulator.control("POST", `/disputes/${id}/settle`, { outcome: "under_review" });
  equal((await stripe.disputes.retrieve(id)).status, "warning_under_review");
  await emulator.control("POST", `/disputes/${id}/settle`, { outcome: "warning_closed" });
  deepEqual(await newEvents(), ["charge.dispute.updated", "charge.dispute.closed"]);
  equal((await stripe.disputes.list()).data.length, 3);
  equal((await stripe.balanceTransactions.list({ type: "adjustment" })).data.length, 0);
});

Deno.test("a dispute may be larger or smaller than the payment", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const above = await disputed(emulator, { amount: 1_200, reason: "duplicate" });
  equal((await stripe.disputes.retrieve(above.id)).balance_transactions[0]?.net, -2_700);
  const part = await disputed(emulator, { amount: 10 });
  equal((await stripe.disputes.retrieve(part.id)).amount, 10);
  equal(await available(stripe), -2_700 - 1_510);
});

Deno.test("a dispute makes pending refunds fail", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const paid = await pay(stripe, { amount: 1_000, card: "4000000000007726" });
  const refund = await stripe.refunds.create({ payment_intent: paid.id, amount: 300 });
  await emulator.control("POST", `/payments/${paid.id}/dispute`);
  const after = await stripe.refunds.retrieve(refund.id);
  deepEqual([after.status, after.failure_reason], [
    "failed",
    "charge_for_pending_refund_disputed",
  ]);
  deepEqual((await eventTypes(stripe)).slice(-5), [
    ...OPENED,
    "refund.updated",
    "charge.refund.updated",
    "refund.failed",
  ]);
});

Deno.test("an unpaid charge cannot be disputed, and a fully refunded one cannot be escalated", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const open = await stripe.paymentIntents.create({ amount: 500, currency: "usd" });
  const { id, paid } = await disputed(emulator, { inquiry: true });
  await stripe.refunds.create({ payment_intent: paid.id });
  const before = await eventTypes(stripe);
  for (
    const [path, body] of [
      [`/payments/${open.id}/dispute`, {}],
      [`/payments/${paid.id}/dispute`, { amount: 0 }],
      [`/payments/${paid.id}/dispute`, { reason: "boredom" }],
      [`/disputes/${id}/settle`, { outcome: "escalate" }],
      [`/disputes/${id}/settle`, { outcome: "won" }],
    ] as const
  ) {
    const refused = await fetch(`${emulator.url}/_emulator${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    equal(refused.status, 400, path);
    await refused.body?.cancel();
  }
  deepEqual(await eventTypes(stripe), before);
  equal((await refusal(stripe.disputes.retrieve("du_none"))).code, "resource_missing");
  const evidence = { customer_signature: "x".repeat(20_001) };
  equal((await refusal(stripe.disputes.update(id, { evidence }))).statusCode, 400);
});
