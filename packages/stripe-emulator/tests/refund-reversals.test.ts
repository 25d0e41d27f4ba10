import { deepEqual, equal } from "node:assert/strict";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { openProvider, payProvider } from "./connect-harness.ts";
import { eventTypes, refusal } from "./harness.ts";

const both = { reverse_transfer: true, refund_application_fee: true };

Deno.test("a full refund reverses the transfer and refunds the fee", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { charge } = await payProvider(stripe, await openProvider(stripe), 10_000, 300);
  const refund = await stripe.refunds.create({ charge: charge.id, ...both });
  const transfer = await stripe.transfers.retrieve(String(charge.transfer));
  const fee = await stripe.applicationFees.retrieve(String(charge.application_fee));
  deepEqual(
    [transfer.amount_reversed, transfer.reversed, fee.amount_refunded, fee.refunded],
    [10_000, true, 300, true],
  );
  equal(refund.transfer_reversal, transfer.reversals.data[0]?.id);
  equal(transfer.reversals.data[0]?.source_refund, refund.id);
  // Payment and refund cancel each other out, and so do transfer and reversal, and fee and fee
  // refund. Only the fee that Stripe keeps is left.
  const { data } = await stripe.balanceTransactions.list({ limit: 100 });
  equal(data.reduce((sum, { net }) => sum + net, 0), -(290 + 30));
  const events = (await eventTypes(stripe)).filter((type) => /transfer|fee/.test(type));
  deepEqual(events, [
    "transfer.created",
    "application_fee.created",
    "transfer.reversed",
    "application_fee.refunded",
  ]);
});

const PARTS: Array<[amount: number, fee: number, parts: number[], feeParts: number[]]> = [
  // 3 % of 1,050 is 31.5, so the fee is 32. After each refund, the sum of the returned parts is
  // rounded: 10.7 to 11, 21.3 to 21, and 32. So the parts are 11, 10 and 11.
  [1_050, 32, [350, 350, 350], [11, 10, 11]],
  [10_000, 300, [1, 49, 9_950], [0, 2, 298]],
  [1_000, 1, [499, 1, 500], [0, 1, 0]],
  [99_999_999, 2_999_999, [33_333_333, 33_333_333, 33_333_333], [1_000_000, 999_999, 1_000_000]],
];

for (const [amount, fee, parts, expected] of PARTS) {
  Deno.test(`a fee of ${fee} on ${amount} is refunded in parts of ${expected.join(", ")}`, async () => {
    await using emulator = await startTestEmulator();
    const { stripe } = emulator;
    const { charge } = await payProvider(stripe, await openProvider(stripe), amount, fee);
    for (const part of parts) {
      await stripe.refunds.create({ charge: charge.id, amount: part, ...both });
    }
    const feeId = String(charge.application_fee);
    const { data } = await stripe.applicationFees.listRefunds(feeId);
    deepEqual(data.map((each) => each.amount).reverse(), expected.filter((part) => part > 0));
    equal((await stripe.applicationFees.retrieve(feeId)).refunded, true);
    const { data: reversals } = await stripe.transfers.listReversals(String(charge.transfer));
    deepEqual(reversals.map((each) => each.amount).reverse(), parts);
  });
}

Deno.test("a refund reverses nothing unless asked, and the next one only its own part", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { charge } = await payProvider(stripe, await openProvider(stripe), 10_000, 300);
  await stripe.refunds.create({ charge: charge.id, amount: 5_000 });
  await stripe.refunds.create({ charge: charge.id, amount: 2_500, refund_application_fee: true });
  const fee = await stripe.applicationFees.retrieve(String(charge.application_fee));
  const transfer = await stripe.transfers.retrieve(String(charge.transfer));
  deepEqual([fee.amount_refunded, transfer.amount_reversed], [75, 0]);
});

Deno.test("an earlier reversal or fee refund is not repeated", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const { charge } = await payProvider(stripe, await openProvider(stripe), 10_000, 300);
  await stripe.applicationFees.createRefund(String(charge.application_fee), { amount: 250 });
  await stripe.refunds.create({ charge: charge.id, ...both });
  const fee = await stripe.applicationFees.retrieve(String(charge.application_fee));
  equal(fee.amount_refunded, 300);
});

Deno.test("a charge without a transfer or fee refuses to reverse or refund one", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const intent = await stripe.paymentIntents.create({
    amount: 1_000,
    currency: "usd",
    payment_method: "pm_card_visa",
    confirm: true,
  });
  for (const param of ["reverse_transfer", "refund_application_fee"]) {
    const call = stripe.refunds.create({ payment_intent: intent.id, [param]: true });
    equal((await refusal(call)).param, param);
  }
  equal((await stripe.refunds.list()).data.length, 0);
});
