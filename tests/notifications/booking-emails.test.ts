/** The buyer of a booking gets one email each for the receipt, the cancellation and the refund. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { StartedBooking } from "../../supabase/functions/_shared/contracts/bookings.ts";
import { askBooking, cancel, newSeller, pay } from "../support/money/bookings.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { data } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { emailArrives, emailsTo, notificationsOfUser } from "../support/work/notifications.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

Deno.test("a booking has a receipt without its fee, and its cancellation is reported", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const body = {
    provider_id: seller.providerId,
    amount: 1_200_000,
    currency: "huf",
    details: { title: "Guitar <b>lesson</b>", room: 7 },
  };
  const booking = data(await askBooking(world, buyer, body), 201, StartedBooking);
  equal(booking.application_fee_amount, 36_000);
  await pay(world, buyer, booking);
  const receipt = await emailArrives(world, buyer.email, "booking_receipt");
  equal(receipt.subject, "Receipt of your booking: HUF 12,000.00");
  match(receipt.text, /^Booked: Guitar <b>lesson<\/b>\nPaid: HUF 12,000\.00\nDate: .* UTC$/m);
  ok(receipt.text.includes(booking.booking_id));
  ok(receipt.html.includes("Guitar &lt;b&gt;lesson&lt;/b&gt;"));
  ok(!/360\.00|36000|fee/i.test(receipt.text + receipt.html));

  await withDeliveries(world, "shared", async () => {
    await cancel(world, buyer, booking.booking_id);
    const cancelled = await emailArrives(world, buyer.email, "booking_cancelled");
    match(cancelled.text, /^We are refunding your payment/);
    match(cancelled.text, /^Price: HUF 12,000\.00\nRefund: HUF 12,000\.00\nCancelled: /m);
    const refunded = await emailArrives(world, buyer.email, "refund");
    equal(refunded.subject, "Refund: HUF 12,000.00");
    ok(refunded.text.includes(booking.booking_id));
  });
  for (const template of ["booking_receipt", "booking_cancelled", "refund"]) {
    equal((await notificationsOfUser(world, buyer.id, template)).length, 1, template);
    equal((await emailsTo(world, buyer.email, template)).length, 1, template);
  }
  // The provider is not the buyer, so the provider gets no such email.
  deepEqual(await emailsTo(world, seller.person.email, "booking_receipt"), []);
  await proven(world);
});

Deno.test("an unpaid booking that is cancelled is reported without a refund", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const body = { provider_id: seller.providerId, amount: 90_000, currency: "huf" };
  const { booking_id } = data(await askBooking(world, buyer, body), 201, StartedBooking);
  await withDeliveries(world, "shared", async () => {
    await cancel(world, buyer, booking_id);
  });
  const { text } = await emailArrives(world, buyer.email, "booking_cancelled");
  match(text, /^You were not charged\.\n\nPrice: HUF 900\.00\nCancelled: /);
  deepEqual(await notificationsOfUser(world, buyer.id, "booking_receipt"), []);
  await proven(world);
});
