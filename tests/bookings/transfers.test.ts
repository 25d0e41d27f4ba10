/**
 * M6 in docs/reference/traps.md: a provider who is paid after completion gets one transfer. Its
 * source at Stripe is the charge of the buyer's payment.
 */
import { deepEqual, equal } from "node:assert/strict";
import { Booking, StartedBooking } from "../../supabase/functions/_shared/contracts/bookings.ts";
import {
  bookUnder,
  moves,
  newSeller,
  paidOut,
  pay,
  type Seller,
} from "../support/money/bookings.ts";
import { proven, withDeliveries, withSql } from "../support/project/database.ts";
import { backEnd, data, post } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { control, stripeOf } from "../support/money/stripe.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const WAITS = { booking_transfer_at: "completed" };

async function advance({ person }: Seller, id: string, step: "confirm" | "complete") {
  return data(await post(world, `bookings/${id}/${step}`, person.as, {}), 200, Booking).status;
}

async function accountOf({ providerId }: Seller): Promise<string> {
  const [row] = await withSql(world, (sql) =>
    sql<{ id: string }[]>`
    select stripe_account_id as id from farthing.providers where provider_id = ${providerId}`);
  return row!.id;
}

Deno.test("M6: a share paid after completion is transferred once, less refunds", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const booking = data(await bookUnder(world, WAITS, [buyer, seller]), 201, StartedBooking);
  const stripe = stripeOf(world);
  const payment = await stripe.paymentIntents.retrieve(booking.payment_intent_id);
  deepEqual([payment.transfer_data, payment.application_fee_amount ?? null], [null, null]);
  await pay(world, buyer, booking);
  const account = await accountOf(seller);
  equal(await advance(seller, booking.booking_id, "confirm"), "confirmed");
  equal(await paidOut(world, account), 0);
  await withDeliveries(world, "shared", async () => {
    equal(await advance(seller, booking.booking_id, "complete"), "completed");
    equal(await advance(seller, booking.booking_id, "complete"), "completed");
    // Two payment runners that run at the same moment make only one transfer. Its amount is 2500
    // less 75, the fee of 3 %.
    await Promise.all([1, 2].map(() => post(world, "payment-runner", backEnd(world), {})));
    deepEqual(await moves(world, booking, 1), ["transfer 2425"]);
    const [transfer] = (await stripe.transfers.list({ destination: account })).data;
    const charge = (await stripe.paymentIntents.retrieve(booking.payment_intent_id)).latest_charge;
    equal(transfer?.source_transaction, charge);
    await stripe.refunds.create({ payment_intent: booking.payment_intent_id, amount: 1000 });
    deepEqual(await moves(world, booking, 2), ["transfer 2425", "reversal 970"]);
    const dispute = await control(world, "POST", `payments/${booking.payment_intent_id}/dispute`, {
      amount: 1500,
    });
    const lost = ["transfer 2425", "reversal 970", "reversal 1455"];
    deepEqual(await moves(world, booking, 3), lost);
    equal(await paidOut(world, account), 0);
    await control(world, "POST", `disputes/${dispute.id}/settle`, { outcome: "won" });
    deepEqual(await moves(world, booking, 4), [...lost, "restoration 1455"]);
    equal(await paidOut(world, account), 1455);
  });
  await proven(world);
});
