import { deepEqual, equal } from "node:assert/strict";
import type Stripe from "stripe";
import { startTestEmulator } from "../testing/test-emulator.ts";
import { openProvider } from "./connect-harness.ts";
import { refusal } from "./harness.ts";

/**
 * Creates a payment on the platform's own account, and a provider to whom no part of this payment
 * has been transferred yet.
 */
async function openCharge(stripe: Stripe) {
  const destination = await openProvider(stripe);
  const { latest_charge } = await stripe.paymentIntents.create({
    amount: 1_000,
    currency: "usd",
    payment_method: "pm_card_visa",
    confirm: true,
    transfer_group: "booking-1",
  });
  return { destination, source_transaction: String(latest_charge), currency: "usd" };
}

Deno.test("a transfer from a charge waits for the charge's money, and has its transfer_group", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const request = await openCharge(stripe);
  const made = await stripe.transfers.create({ ...request, amount: 970 }, {
    idempotencyKey: "one",
  });
  deepEqual(
    [made.amount, made.destination, made.source_transaction, made.transfer_group],
    [970, request.destination, request.source_transaction, "booking-1"],
  );
  const again = await stripe.transfers.create({ ...request, amount: 970 }, {
    idempotencyKey: "one",
  });
  equal(again.id, made.id);
  const charge = await stripe.charges.retrieve(request.source_transaction);
  const [paid, gone] = await Promise.all(
    [charge.balance_transaction, made.balance_transaction].map((id) =>
      stripe.balanceTransactions.retrieve(String(id))
    ),
  );
  deepEqual([gone?.net, gone?.available_on], [-970, paid?.available_on]);
  // As in Stripe, only a destination charge refers to a transfer.
  equal(charge.transfer ?? null, null);
});

Deno.test("transfers cannot exceed their charge, or use another currency", async () => {
  await using emulator = await startTestEmulator();
  const { stripe } = emulator;
  const request = await openCharge(stripe);
  await stripe.transfers.create({ ...request, amount: 600 });
  const more = await refusal(stripe.transfers.create({ ...request, amount: 401 }));
  equal(more.param, "amount");
  const other = await refusal(stripe.transfers.create({ ...request, amount: 1, currency: "eur" }));
  equal(other.param, "currency");
  const unknown = { ...request, amount: 1, source_transaction: "ch_none" };
  equal((await refusal(stripe.transfers.create(unknown))).param, "source_transaction");
  equal((await stripe.transfers.create({ ...request, amount: 400 })).amount, 400);
});
