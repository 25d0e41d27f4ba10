/**
 * M6 in docs/reference/traps.md: a dispute of a booking reverses the provider's transfer. If the
 * dispute is won, the provider is paid again.
 */
import { deepEqual, equal } from "node:assert/strict";
import { book, moves, newSeller, paidOut, pay } from "../support/money/bookings.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { signUp } from "../support/project/people.ts";
import { control, stripeOf } from "../support/money/stripe.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

Deno.test("M6: a dispute reverses the provider's share, and a win restores it", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const booking = await book(world, buyer, seller);
  await pay(world, buyer, booking);
  const { transfer_data } = await stripeOf(world).paymentIntents.retrieve(
    booking.payment_intent_id,
  );
  const account = String(transfer_data?.destination);
  // The provider's account at Stripe got 2500 cents, and paid 75 cents of them as the fee of 3 %.
  equal(await paidOut(world, account), 2500);
  await withDeliveries(world, "shared", async () => {
    const { id } = await control(world, "POST", `payments/${booking.payment_intent_id}/dispute`);
    deepEqual(await moves(world, booking, 1), ["reversal 2425"]);
    equal(await paidOut(world, account), 75);
    await control(world, "POST", `disputes/${id}/settle`, { outcome: "won" });
    deepEqual(await moves(world, booking, 2), ["reversal 2425", "restoration 2425"]);
    equal(await paidOut(world, account), 2500);
    await control(world, "POST", `disputes/${id}/settle`, { outcome: "appeal" });
    await control(world, "POST", `disputes/${id}/settle`, { outcome: "lost" });
    deepEqual(await moves(world, booking, 3), [
      "reversal 2425",
      "restoration 2425",
      "reversal 2425",
    ]);
    equal(await paidOut(world, account), 75);
  });
  await proven(world);
});
