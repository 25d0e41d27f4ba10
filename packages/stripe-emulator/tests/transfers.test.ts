import { deepEqual, equal } from "node:assert/strict";
import type Stripe from "stripe";
import { startStand } from "../testing/stand.ts";
import { openProvider } from "./connect-harness.ts";
import { refusal } from "./harness.ts";

/** A payment on the platform's own account, and a provider who has no part in it yet. */
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

Deno.test("a transfer out of a charge waits for its money, and has its group", async () => {
  await using stand = await startStand();
  const { stripe } = stand;
  const wish = await openCharge(stripe);
  const made = await stripe.transfers.create({ ...wish, amount: 970 }, { idempotencyKey: "one" });
  deepEqual(
    [made.amount, made.destination, made.source_transaction, made.transfer_group],
    [970, wish.destination, wish.source_transaction, "booking-1"],
  );
  const again = await stripe.transfers.create({ ...wish, amount: 970 }, { idempotencyKey: "one" });
  equal(again.id, made.id);
  const charge = await stripe.charges.retrieve(wish.source_transaction);
  const [paid, gone] = await Promise.all(
    [charge.balance_transaction, made.balance_transaction].map((id) =>
      stripe.balanceTransactions.retrieve(String(id))
    ),
  );
  deepEqual([gone?.net, gone?.available_on], [-970, paid?.available_on]);
  // As with Stripe, only a destination charge names a transfer.
  equal(charge.transfer ?? null, null);
});

Deno.test("no more goes out of a charge than it was, nor in another currency", async () => {
  await using stand = await startStand();
  const { stripe } = stand;
  const wish = await openCharge(stripe);
  await stripe.transfers.create({ ...wish, amount: 600 });
  const more = await refusal(stripe.transfers.create({ ...wish, amount: 401 }));
  equal(more.param, "amount");
  const other = await refusal(stripe.transfers.create({ ...wish, amount: 1, currency: "eur" }));
  equal(other.param, "currency");
  const unknown = { ...wish, amount: 1, source_transaction: "ch_none" };
  equal((await refusal(stripe.transfers.create(unknown))).param, "source_transaction");
  equal((await stripe.transfers.create({ ...wish, amount: 400 })).amount, 400);
});
