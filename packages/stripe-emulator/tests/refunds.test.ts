import { deepEqual, equal, ok } from "node:assert/strict";
import Stripe from "stripe";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { eventTypes, pay, refusal } from "./harness.ts";

const MADE = ["refund.created", "charge.refunded", "refund.updated", "charge.refund.updated"];

Deno.test("a card's refund succeeds at once in full, and Stripe keeps its fee", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const paid = await pay(stripe, { amount: 1_000 });
  const before = (await eventTypes(stripe)).length;
  const refund = await stripe.refunds.create({
    payment_intent: paid.id,
    reason: "requested_by_customer",
    metadata: { refund_id: "r1" },
  });
  ok(refund.id.startsWith("re_"));
  deepEqual(
    [refund.status, refund.amount, refund.currency, refund.reason, refund.charge],
    ["succeeded", 1_000, "usd", "requested_by_customer", paid.latest_charge],
  );
  deepEqual([refund.payment_intent, refund.metadata], [paid.id, { refund_id: "r1" }]);
  deepEqual((await eventTypes(stripe)).slice(before), MADE);
  const charge = await stripe.charges.retrieve(String(paid.latest_charge), { expand: ["refunds"] });
  deepEqual([charge.amount_refunded, charge.refunded], [1_000, true]);
  deepEqual(charge.refunds?.data.map(({ id }) => id), [refund.id]);
  const { balance_transaction: moved } = await stripe.refunds.retrieve(refund.id, {
    expand: ["balance_transaction"],
  });
  const { amount, fee, net, type, source } = moved as Stripe.BalanceTransaction;
  deepEqual([amount, fee, net, type, source], [-1_000, 0, -1_000, "refund", refund.id]);
  const balance = await stripe.balance.retrieve();
  deepEqual([balance.pending[0]?.amount, balance.available[0]?.amount], [-59, 0]);
});

Deno.test("a charge is refunded in parts up to its whole amount", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const paid = await pay(stripe, { amount: 1_000 });
  const charge = String(paid.latest_charge);
  const first = await stripe.refunds.create({ charge, amount: 250 });
  const state = async () => {
    const { amount_refunded, refunded } = await stripe.charges.retrieve(charge);
    return [amount_refunded, refunded];
  };
  deepEqual(await state(), [250, false]);
  const second = await stripe.refunds.create({ charge, amount: 250 });
  const rest = await stripe.refunds.create({ charge });
  equal(rest.amount, 500);
  deepEqual(await state(), [1_000, true]);
  const listed = await stripe.refunds.list({ payment_intent: paid.id });
  deepEqual(listed.data.map(({ id }) => id), [rest.id, second.id, first.id]);
  deepEqual((await stripe.refunds.list({ charge, limit: 1 })).data[0]?.id, rest.id);
  const { data: [last] } = await stripe.events.list({ type: "charge.refunded" });
  deepEqual(last?.data.previous_attributes, { amount_refunded: 500, refunded: false });
});

Deno.test("a refund of card 7726 is pending, then succeeds", async () => {
  await using emulator = await startTestEmulator({ delayedPaymentMs: 60_000 });
  const { stripe, clock } = emulator;
  const paid = await pay(stripe, { method: "pm_card_pendingRefund" });
  const refund = await stripe.refunds.create({ payment_intent: paid.id });
  deepEqual([refund.status, refund.pending_reason], ["pending", "processing"]);
  deepEqual((await eventTypes(stripe)).slice(-2), ["refund.created", "charge.refunded"]);
  clock.now = new Date(clock.now.getTime() + 61_000);
  const after = await stripe.refunds.retrieve(refund.id);
  deepEqual([after.status, after.pending_reason], ["succeeded", undefined]);
  deepEqual((await eventTypes(stripe)).slice(-2), ["refund.updated", "charge.refund.updated"]);
});

Deno.test("a refund of card 5126 succeeds, then fails and returns the money to the balance", async () => {
  await using emulator = await startTestEmulator({ delayedPaymentMs: 60_000 });
  const { stripe, clock } = emulator;
  const paid = await pay(stripe, { amount: 1_000, card: "4000000000005126" });
  const refund = await stripe.refunds.create({ payment_intent: paid.id, amount: 400 });
  equal(refund.status, "succeeded");
  clock.now = new Date(clock.now.getTime() + 61_000);
  const after = await stripe.refunds.retrieve(refund.id, {
    expand: ["failure_balance_transaction"],
  });
  deepEqual([after.status, after.failure_reason], ["failed", "expired_or_canceled_card"]);
  const { amount, net, type } = after.failure_balance_transaction as Stripe.BalanceTransaction;
  deepEqual([amount, net, type], [400, 400, "refund_failure"]);
  deepEqual((await eventTypes(stripe)).slice(-3), [
    "refund.updated",
    "charge.refund.updated",
    "refund.failed",
  ]);
  const charge = await stripe.charges.retrieve(String(paid.latest_charge));
  deepEqual([charge.amount_refunded, charge.refunded], [0, false]);
  const { pending } = await stripe.balance.retrieve();
  equal(pending[0]?.amount, 1_000 - 59);
  const again = await stripe.refunds.create({ payment_intent: paid.id });
  equal(again.amount, 1_000);
});

Deno.test("a bank debit's refund is pending until a control settles it", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const paid = await pay(stripe, { method: "pm_usBankAccount", emulator });
  const first = await stripe.refunds.create({ payment_intent: paid.id, amount: 100 });
  ok(first.id.startsWith("pyr_"));
  equal(first.status, "pending");
  await emulator.control("POST", `/refunds/${first.id}/settle`);
  equal((await stripe.refunds.retrieve(first.id)).status, "succeeded");
  const second = await stripe.refunds.create({ payment_intent: paid.id, amount: 200 });
  await emulator.control("POST", `/refunds/${second.id}/settle`, {
    outcome: "fails",
    failure_reason: "insufficient_funds",
  });
  const failed = await stripe.refunds.retrieve(second.id);
  deepEqual([failed.status, failed.failure_reason], ["failed", "insufficient_funds"]);
  const { amount_refunded } = await stripe.charges.retrieve(String(paid.latest_charge));
  equal(amount_refunded, 100);
});

Deno.test("a refund that requires action can be canceled, and moves no money", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const paid = await pay(stripe, { method: "pm_usBankAccount", emulator });
  const ends: Array<string | null> = [];
  for (const waits of [true, false]) {
    const refund = await stripe.refunds.create({ payment_intent: paid.id, amount: 100 });
    if (waits) {
      await emulator.control("POST", `/refunds/${refund.id}/settle`, {
        outcome: "requires_action",
      });
      const waiting = await stripe.refunds.retrieve(refund.id);
      deepEqual([waiting.status, waiting.next_action?.type], [
        "requires_action",
        "display_details",
      ]);
    }
    const canceled = await stripe.refunds.cancel(refund.id);
    ok(canceled.failure_balance_transaction);
    ends.push(canceled.status);
  }
  deepEqual(ends, ["canceled", "canceled"]);
  const { amount_refunded } = await stripe.charges.retrieve(String(paid.latest_charge));
  equal(amount_refunded, 0);
  equal((await eventTypes(stripe)).includes("refund.failed"), false);
});

const ENDS = { "4000000000007726": "succeeded", "4000000000005126": "failed" };

for (const [card, status] of Object.entries(ENDS)) {
  Deno.test(`a control ends a refund of card ${card} as ${status}`, async () => {
    await using emulator = await startTestEmulator();
    const { stripe, clock } = emulator;
    const paid = await pay(stripe, { card });
    const refund = await stripe.refunds.create({ payment_intent: paid.id });
    clock.now = new Date(clock.now.getTime() + 3_600_000);
    equal((await stripe.refunds.retrieve(refund.id)).status, refund.status);
    await emulator.control("POST", `/refunds/${refund.id}/settle`);
    equal((await stripe.refunds.retrieve(refund.id)).status, status);
  });
}

Deno.test("a charge contains its ten newest refunds, and the URL of their list", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const paid = await pay(stripe);
  const charge = String(paid.latest_charge);
  for (let amount = 1; amount <= 11; amount++) await stripe.refunds.create({ charge, amount });
  const { refunds } = await stripe.charges.retrieve(charge, { expand: ["refunds"] });
  deepEqual(refunds?.data.map(({ amount }) => amount), [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
  equal(refunds?.has_more, true);
  const listed = await stripe.rawRequest("GET", refunds?.url ?? "");
  deepEqual((listed as unknown as typeof refunds)?.data, refunds?.data);
  const missing = await refusal(stripe.rawRequest("GET", "/v1/charges/ch_no/refunds"));
  deepEqual([missing.statusCode, missing.param], [404, "charge"]);
});

Deno.test("a change of a refund's metadata sends an event", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const paid = await pay(stripe, {});
  const refund = await stripe.refunds.create({
    payment_intent: paid.id,
    metadata: { a: "1", b: "2" },
  });
  const changed = await stripe.refunds.update(refund.id, { metadata: { a: "", c: "3" } });
  deepEqual(changed.metadata, { b: "2", c: "3" });
  const { data: [event] } = await stripe.events.list({ type: "refund.updated" });
  deepEqual(event?.data.previous_attributes, { metadata: { a: "1", b: "2" } });
});

Deno.test("a refund repeated with its key is created once", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const paid = await pay(stripe, {});
  const key = { idempotencyKey: "refund-1" };
  const request = { payment_intent: paid.id, amount: 100 };
  const attempt = () =>
    stripe.refunds.create(request, key).catch((error) => {
      // While another request with the same key is in progress, Stripe answers 409.
      if (error instanceof Stripe.errors.StripeError && error.statusCode === 409) return null;
      throw error;
    });
  const answers = (await Promise.all([attempt(), attempt()])).filter((answer) => answer !== null);
  const { id } = await stripe.refunds.create(request, key);
  deepEqual(answers.map((answer) => answer.id), answers.map(() => id));
  equal((await stripe.refunds.list({ payment_intent: paid.id })).data.length, 1);
});
