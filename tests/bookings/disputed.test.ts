/** M6: what a bank takes of a booking comes from its provider, and goes back to them when it is won. */
import { deepEqual, equal } from "node:assert/strict";
import { PaymentRunnerReport } from "../../supabase/functions/_shared/contracts/payment-runner.ts";
import { book, newSeller, type OpenBooking, pay } from "../support/bookings.ts";
import { proven, withDeliveries, withSql } from "../support/database.ts";
import { backEnd, data, post } from "../support/http.ts";
import { signUp } from "../support/people.ts";
import { control, stripeOf } from "../support/stripe.ts";
import { until } from "../support/until.ts";
import { readWorld } from "../support/world.ts";

const world = readWorld();

/** The moves of a provider's share, as they stand, once there are so many and Stripe has made them all. */
function moves({ booking_id }: OpenBooking, count: number) {
  return until(`${count} moves are made`, async () => {
    data(await post(world, "payment-runner", backEnd(world), {}), 200, PaymentRunnerReport);
    const rows = await withSql(
      world,
      (sql) =>
        sql<{ kind: string; amount: number; status: string }[]>`
      select kind, amount::int, status from farthing.booking_transfers
      where booking_id = ${booking_id} order by move_nr`,
    );
    const isDone = rows.length === count && rows.every(({ status }) => status === "made");
    return isDone ? rows.map(({ kind, amount }) => `${kind} ${amount}`) : undefined;
  });
}

/** What the provider has had and given back for a booking at Stripe, in minor units. */
async function paidOut(account: string): Promise<number> {
  const { data: transfers } = await stripeOf(world).transfers.list({ destination: account });
  return transfers.reduce((sum, { amount, amount_reversed }) => sum + amount - amount_reversed, 0);
}

Deno.test("M6: a dispute reverses the provider's share, won it is paid again, lost reversed", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const booking = await book(world, buyer, seller);
  await pay(world, buyer, booking);
  const { transfer_data } = await stripeOf(world).paymentIntents.retrieve(
    booking.payment_intent_id,
  );
  const account = String(transfer_data?.destination);
  // 2500, of which 3 % are our fee: the provider's account got 2500 and paid 75 of it.
  equal(await paidOut(account), 2500);
  await withDeliveries(world, "shared", async () => {
    const { id } = await control(world, "POST", `payments/${booking.payment_intent_id}/dispute`);
    deepEqual(await moves(booking, 1), ["reversal 2425"]);
    equal(await paidOut(account), 75);
    await control(world, "POST", `disputes/${id}/settle`, { outcome: "won" });
    deepEqual(await moves(booking, 2), ["reversal 2425", "restoration 2425"]);
    equal(await paidOut(account), 2500);
    await control(world, "POST", `disputes/${id}/settle`, { outcome: "appeal" });
    await control(world, "POST", `disputes/${id}/settle`, { outcome: "lost" });
    deepEqual(await moves(booking, 3), ["reversal 2425", "restoration 2425", "reversal 2425"]);
    equal(await paidOut(account), 75);
  });
  await proven(world);
});
