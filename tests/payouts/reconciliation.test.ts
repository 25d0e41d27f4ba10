/**
 * The reconciliation over HTTP: the ledger and Stripe's payouts agree, or a mismatch is reported
 * until it is repaired.
 */
import { deepEqual, equal } from "node:assert/strict";
import { Backfilled } from "../../supabase/functions/_shared/contracts/webhook-events.ts";
import { Refund } from "../../supabase/functions/_shared/contracts/refunds.ts";
import { alterBriefly } from "../support/project/alter-table.ts";
import { book, newSeller, pay, readBooking } from "../support/money/bookings.ts";
import { proven, withDeliveries, withLostEvents, withSql } from "../support/project/database.ts";
import { backEnd, data, post } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { openCheckout, orderBecomes } from "../support/money/purchases.ts";
import {
  mismatchesIn,
  mismatchesOf,
  payOut,
  reconciled,
  retryReconciliation,
} from "../support/money/payouts.ts";
import { newPurchase, refund } from "../support/money/refunds.ts";
import { control, payInSilence, stripeOf } from "../support/money/stripe.ts";
import { chargeBecomes, paymentsOf, signUpToppedUp, spend } from "../support/money/top-ups.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const service = backEnd(world);

/** Makes a payment that a different app took on the same Stripe account. Returns the payment's id. */
async function foreignPayment(): Promise<string> {
  const { id } = await stripeOf(world).paymentIntents.create({
    amount: 5_000,
    currency: "usd",
    payment_method: "pm_card_visa",
    automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    confirm: true,
  });
  return id;
}

/**
 * Makes a booking of 25 dollars. Refunds 10 dollars, and the same fraction of the fee. Returns the
 * payment's id.
 */
async function returnedBooking(): Promise<string> {
  const buyer = await signUp(world);
  const booking = await book(world, buyer, await newSeller(world));
  await pay(world, buyer, booking);
  const asked = { booking_id: booking.booking_id, amount: 1_000 };
  await withDeliveries(world, "shared", async () => {
    data(await post(world, "refunds", service, asked), 201, Refund);
    await until("the refund and its fee have arrived", async () => {
      const { amount_refunded } = await readBooking(world, buyer, booking.booking_id);
      const [row] = await withSql(
        world,
        (sql) =>
          sql`select fee_refunded from farthing.bookings where booking_id = ${booking.booking_id}`,
      );
      return (amount_refunded === 1_000 && Number(row?.fee_refunded) === 30) || undefined;
    });
  });
  return booking.payment_intent_id;
}

/** Makes a disputed purchase; returns the payment's id. */
async function disputedPurchase(): Promise<string> {
  const { buyer, orderId, paymentId } = await newPurchase(world);
  await withDeliveries(world, "shared", async () => {
    await control(world, "POST", `payments/${paymentId}/dispute`);
    await orderBecomes(world, buyer, orderId, "disputed");
  });
  return paymentId;
}

async function toppedUp(): Promise<string> {
  const person = await signUpToppedUp(world);
  await spend(world, person, "300.5");
  await chargeBecomes(world, person, "paid");
  return (await paymentsOf(world, person))[0]!.id;
}

Deno.test("a payout of a purchase, refund, dispute, booking and top-up agrees with the ledger", async () => {
  const refunded = await newPurchase(world);
  await refund(world, refunded.orderId, 333);
  const payments = [
    (await newPurchase(world)).paymentId,
    refunded.paymentId,
    await disputedPurchase(),
    await returnedBooking(),
    await toppedUp(),
    await foreignPayment(),
  ];
  const payout = await payOut(world, payments);
  // The payout's lines that belong to this project are five charges, two refunds, a dispute, a fee
  // and the refund of the fee. The payment of the other app does not belong to this project.
  deepEqual(await reconciled(world, payout), { ours: 10, not_ours: 1 });
  deepEqual(await mismatchesOf(world, payout), []);
  const [row] = await withSql(world, (sql) =>
    sql<{ net: number }[]>`
    select sum(net)::int as net from farthing.balance_transactions
    where payout_id = ${payout.id} and kind <> 'payout'`);
  equal(row?.net, payout.amount);
  await proven(world);
});

Deno.test("a payment without an event is found in its payout until its event is applied", async () => {
  await withLostEvents(world, "exclusive", async () => {
    const buyer = await signUp(world);
    const checkout = await openCheckout(world, buyer);
    const events = await payInSilence(world, checkout);
    const paid = events.find(({ type }) => type === "payment_intent.succeeded")!;
    const { id, latest_charge } = paid.data.object as { id: string; latest_charge: string };
    const payout = await payOut(world, [id]);
    await reconciled(world, payout);
    const expected = `charge_unknown ${latest_charge}: 999 usd pending, 999 usd charge`;
    deepEqual(await mismatchesOf(world, payout), [expected]);
    await retryReconciliation(world);
    deepEqual(
      await mismatchesOf(world, payout),
      [expected],
      "a second comparison finds the mismatch again, once",
    );
    data(await post(world, "webhook-events/backfill", service, { hours: 1 }), 200, Backfilled);
    await orderBecomes(world, buyer, checkout.order_id, "paid");
    await retryReconciliation(world);
    deepEqual(await mismatchesOf(world, payout), []);
    await proven(world);
  });
});

Deno.test("an order with a wrong amount is found in its payout, until it is repaired", async () => {
  const { orderId, paymentId } = await newPurchase(world);
  const { latest_charge } = await stripeOf(world).paymentIntents.retrieve(paymentId);
  const payout = await payOut(world, [paymentId]);
  await reconciled(world, payout);
  deepEqual(await mismatchesOf(world, payout), []);
  // The amount is changed only inside this database transaction, so that the proofs of other tests
  // can't see the change.
  await withSql(world, (sql) =>
    alterBriefly(sql, async (tx) => {
      const setAmount = (amount: number) =>
        tx`
        update farthing.orders set amount = ${amount}, amount_total = ${amount}
        where order_id = ${orderId}`;
      await tx`alter table farthing.orders disable trigger orders_keep_their_terms`;
      await tx`alter table farthing.orders disable trigger orders_are_set_once`;
      await setAmount(998);
      await tx`select farthing.reconcile(${payout.id}, now())`;
      const expected = [`charge_differs ${latest_charge}: 998 usd paid, 999 usd charge`];
      deepEqual(await mismatchesIn(tx, payout), expected);
      await setAmount(999);
      await tx`alter table farthing.orders enable always trigger orders_keep_their_terms`;
      await tx`alter table farthing.orders enable always trigger orders_are_set_once`;
    }));
  await retryReconciliation(world);
  deepEqual(await mismatchesOf(world, payout), []);
  await proven(world);
});

Deno.test("a payout that differs from its list is found, and is listed again the next day", async () => {
  const { paymentId } = await newPurchase(world);
  const payout = await payOut(world, [paymentId], { deliver: false });
  await control(world, "POST", `payouts/${payout.id}/adjust`, { amount: 5 });
  await control(world, "POST", `payouts/${payout.id}/settle`, { outcome: "paid" });
  await reconciled(world, payout);
  const expected = [`payout_sum ${payout.id}: 945 usd, 940 usd`];
  deepEqual(await mismatchesOf(world, payout), expected);
  await control(world, "POST", `payouts/${payout.id}/adjust`, { amount: -5 });
  await retryReconciliation(world);
  deepEqual(await mismatchesOf(world, payout), expected, "the stored list is still the old one");
  await withSql(world, (sql) =>
    sql`
    update farthing.reconciliations set listed_at = listed_at - interval '1 day'
    where payout_id = ${payout.id}`);
  await retryReconciliation(world);
  await reconciled(world, payout);
  deepEqual(await mismatchesOf(world, payout), []);
  await proven(world);
});
