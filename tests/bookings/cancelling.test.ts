/** Bookings that are cancelled before their payment, after it, or at the same moment. */
import { deepEqual, equal } from "node:assert/strict";
import { payIntent } from "@farthing/stripe-emulator/browser";
import { PaymentRunnerReport } from "../../supabase/functions/_shared/contracts/runners.ts";
import { Refund } from "../../supabase/functions/_shared/contracts/refunds.ts";
import {
  askBooking,
  askCancel,
  book,
  bookingBecomes,
  cancel,
  feeAtStripe,
  newSeller,
  type OpenBooking,
  pay,
  readBooking,
} from "../support/money/bookings.ts";
import { proven, withDeliveries, withSql } from "../support/project/database.ts";
import { backEnd, data, post, refused } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { refundsAtStripe } from "../support/money/refunds.ts";
import { control, stripeOf } from "../support/money/stripe.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

/**
 * Waits until Stripe's events have reported that `amount` minor units of a booking are refunded.
 * Returns the booking.
 */
function refundedOf(person: Person, { booking_id }: OpenBooking, amount: number) {
  return until(`${amount} are refunded`, async () => {
    const booking = await readBooking(world, person, booking_id);
    return booking.amount_refunded === amount ? booking : undefined;
  });
}

/**
 * Waits until `refunded` minor units of the platform's fee are refunded. Returns the booking's fee
 * columns.
 */
async function ownFee(booking: OpenBooking, refunded: number) {
  return await until("the fee has its refund", async () => {
    const [row] = await withSql(world, (sql) =>
      sql<{ amount: number; refunded: number }[]>`
      select fee_collected::int as amount, fee_refunded::int as refunded from farthing.bookings
      where booking_id = ${booking.booking_id}`);
    return row?.refunded === refunded ? { ...row } : undefined;
  });
}

function askRefund(booking: OpenBooking, amount?: number) {
  const body = { booking_id: booking.booking_id, ...(amount !== undefined && { amount }) };
  return post(world, "refunds", backEnd(world), body);
}

Deno.test("an unpaid booking is cancelled with its payment, by either party", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  for (const person of [buyer, seller.person]) {
    const booking = await book(world, buyer, seller);
    const cancelled = await cancel(world, person, booking.booking_id);
    deepEqual(cancelled, { booking_id: booking.booking_id, status: "cancelled", refund: null });
    const payment = await stripeOf(world).paymentIntents.retrieve(booking.payment_intent_id);
    equal(payment.status, "canceled");
    deepEqual(await cancel(world, buyer, booking.booking_id), cancelled);
  }
});

Deno.test("a cancelled booking that was paid or confirmed is refunded with its fee", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  for (const isConfirmed of [false, true]) {
    const booking = await book(world, buyer, seller, { amount: 2550 });
    await pay(world, buyer, booking);
    const path = `bookings/${booking.booking_id}/confirm`;
    if (isConfirmed) await post(world, path, seller.person.as, {}, { key: null });
    await withDeliveries(world, "shared", async () => {
      const { refund } = await cancel(world, buyer, booking.booking_id);
      equal(refund?.amount, 2550);
      const { status } = await refundedOf(buyer, booking, 2550);
      equal(status, "cancelled");
      deepEqual(await ownFee(booking, 77), { amount: 77, refunded: 77 });
    });
    deepEqual(await feeAtStripe(world, booking.payment_intent_id), { amount: 77, refunded: 77 });
    const [refund, ...others] = await refundsAtStripe(world, booking.payment_intent_id);
    deepEqual([refund?.amount, others.length], [2550, 0]);
  }
  await proven(world);
});

Deno.test("partial refunds return the fee in proportion, and the last one returns the rest", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const booking = await book(world, buyer, seller, { amount: 1000, currency: "eur" });
  await pay(world, buyer, booking);
  await withDeliveries(world, "shared", async () => {
    for (const [amount, sum, fee] of [[333, 333, 10], [333, 666, 20], [334, 1000, 30]] as const) {
      equal(data(await askRefund(booking, amount), 201, Refund).amount, amount);
      const { status } = await refundedOf(buyer, booking, sum);
      equal(status, sum === 1000 ? "cancelled" : "paid");
      deepEqual(await ownFee(booking, fee), { amount: 30, refunded: fee });
    }
  });
  refused(await askRefund(booking), 409, "already_refunded");
  deepEqual(await feeAtStripe(world, booking.payment_intent_id), { amount: 30, refunded: 30 });
  await proven(world);
});

Deno.test("a booking too small for a fee is refunded, too", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  // The amount of 1600 means 16 Icelandic krónur, but Stripe charges only whole krónur. The fee of
  // 3 % is 0.48 krónur, which rounds to 0.
  const booking = await book(world, buyer, seller, { amount: 1600, currency: "isk" });
  equal(booking.application_fee_amount, 0);
  await pay(world, buyer, booking);
  equal(await feeAtStripe(world, booking.payment_intent_id), null);
  await withDeliveries(world, "shared", async () => {
    await cancel(world, buyer, booking.booking_id);
    await refundedOf(buyer, booking, 1600);
  });
  await proven(world);
});

Deno.test("a payment that is faster than its cancellation is refunded", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const booking = await book(world, buyer, seller);
  await withDeliveries(world, "exclusive", async () => {
    await control(world, "POST", "deliveries/hold", { types: ["*"] });
    try {
      await payIntent(world.stripeUrl, booking.client_secret);
      // Stripe has taken the payment, but no event has reported the payment yet.
      equal((await cancel(world, buyer, booking.booking_id)).refund, null);
    } finally {
      await control(world, "POST", "deliveries/release");
    }
    await until("the payment has arrived", async () => {
      return (await readBooking(world, buyer, booking.booking_id)).paid_at ?? undefined;
    });
    // An event that is being processed locks its booking, and the payment runner skips a locked
    // booking. So the runner is called repeatedly.
    const { status } = await until("2500 are refunded", async () => {
      data(await post(world, "payment-runner", backEnd(world), {}), 200, PaymentRunnerReport);
      const read = await readBooking(world, buyer, booking.booking_id);
      return read.amount_refunded === 2500 ? read : undefined;
    });
    equal(status, "cancelled");
  });
  equal((await refundsAtStripe(world, booking.payment_intent_id)).length, 1);
  await proven(world);
});

Deno.test("a disputed booking can't be cancelled, because the bank decides", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const booking = await book(world, buyer, seller);
  await pay(world, buyer, booking);
  const dispute = `payments/${booking.payment_intent_id}/dispute`;
  await withDeliveries(world, "shared", async () => {
    await control(world, "POST", dispute);
    await until("the dispute is known", async () => {
      const [row] = await withSql(
        world,
        (sql) => sql`select from farthing.disputes where booking_id = ${booking.booking_id}`,
      );
      return row && true;
    });
  });
  const { details } = refused(
    await askCancel(world, buyer, booking.booking_id),
    409,
    "booking_not_cancellable",
  );
  equal(details?.amount_disputed, 2500);
  await proven(world);
});

Deno.test("cancellations at once make one refund, and requests with one key one booking", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const key = crypto.randomUUID();
  const body = { provider_id: seller.providerId, amount: 900, currency: "usd" };
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => askBooking(world, buyer, body, key)),
  );
  for (const answer of answers.filter(({ status }) => status !== 201)) {
    refused(answer, 409, "idempotency_in_progress");
  }
  const [row] = await withSql(world, (sql) =>
    sql<{ count: number; id: string }[]>`
    select count(*)::int as count, min(b.booking_id::text) as id
    from farthing.bookings b join farthing.accounts a using (account_id)
    where a.owner_id = ${buyer.id}`);
  equal(row?.count, 1);
  const booking = JSON.parse((await askBooking(world, buyer, body, key)).text).data as OpenBooking;
  await pay(world, buyer, booking);
  await withDeliveries(world, "shared", async () => {
    const cancelled = await Promise.all(
      [buyer, seller.person, buyer, seller.person].map((person) => {
        return askCancel(world, person, booking.booking_id);
      }),
    );
    deepEqual(cancelled.map(({ status }) => status), [200, 200, 200, 200]);
    await bookingBecomes(world, buyer, booking.booking_id, "cancelled");
    await refundedOf(buyer, booking, 900);
  });
  equal((await refundsAtStripe(world, booking.payment_intent_id)).length, 1);
  await proven(world);
});
