import { deepEqual, equal } from "node:assert/strict";
import type Stripe from "stripe";
import { startTestEmulator, type TestEmulator } from "../testing/test-emulator.ts";
import { eventTypes, pay } from "./harness.ts";

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

Deno.test("a lost dispute that is appealed and won returns the money", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id, newEvents } = await disputed(emulator);
  const settle = (outcome: string) =>
    emulator.control("POST", `/disputes/${id}/settle`, { outcome });
  for (const outcome of ["lost", "appeal", "under_review"]) await settle(outcome);
  equal((await stripe.disputes.retrieve(id)).status, "appeal_under_review");
  equal(await available(stripe), -2_499);
  await settle("won");
  const { status, balance_transactions } = await stripe.disputes.retrieve(id);
  deepEqual([status, balance_transactions.map(({ amount }) => amount)], ["won", [-999, 999]]);
  const updated = "charge.dispute.updated";
  deepEqual(await newEvents(), ["charge.dispute.closed", updated, updated, ...WON]);
  await settle("appeal");
  await settle("lost");
  deepEqual((await newEvents()).slice(-2), [
    "charge.dispute.funds_withdrawn",
    "charge.dispute.closed",
  ]);
  equal(await available(stripe), -2_499);
});

Deno.test("rapid resolution pays the buyer through the dispute, which ends as prevented", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id, newEvents } = await disputed(emulator, { prevented: "resolution" });
  const dispute = await stripe.disputes.retrieve(id);
  deepEqual([dispute.status, dispute.payment_method_details?.card?.case_type], [
    "prevented",
    "resolution",
  ]);
  deepEqual(dispute.balance_transactions.map(({ amount }) => amount), [-999]);
  deepEqual(await newEvents(), []);
  deepEqual((await eventTypes(stripe)).slice(-3), [...OPENED, "charge.dispute.closed"]);
  equal(await available(stripe), -2_499);
});

Deno.test("a block pays the buyer through a refund, and its dispute moves no money", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { id, paid } = await disputed(emulator, { prevented: "block" });
  const dispute = await stripe.disputes.retrieve(id);
  deepEqual([dispute.status, dispute.balance_transactions], ["prevented", []]);
  equal(dispute.payment_method_details?.card?.case_type, "block");
  const { data: [refund] } = await stripe.refunds.list({ payment_intent: paid.id });
  deepEqual([refund?.amount, refund?.status], [999, "succeeded"]);
  deepEqual((await eventTypes(stripe)).filter((type) => type.startsWith("charge.dispute")), [
    "charge.dispute.created",
    "charge.dispute.closed",
  ]);
});

Deno.test("a control can give a dispute any status, because Stripe may add some", async () => {
  await using emulator = await startTestEmulator();
  const { id, newEvents } = await disputed(emulator);
  await emulator.control("POST", `/disputes/${id}/settle`, { status: "pre_arbitration" });
  equal((await emulator.stripe.disputes.retrieve(id)).status, "pre_arbitration");
  deepEqual(await newEvents(), ["charge.dispute.updated"]);
});
