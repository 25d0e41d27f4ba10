/**
 * Follows a booking from the provider's registration to the booking's completion. Checks who may
 * read and change the booking.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { z } from "zod";
import { onboardProvider, payIntent } from "@farthing/stripe-emulator/browser";
import { Booking, StartedBooking } from "../../supabase/functions/_shared/contracts/bookings.ts";
import {
  OnboardingLink,
  StartedProvider,
} from "../../supabase/functions/_shared/contracts/providers.ts";
import {
  askBooking,
  askCancel,
  book,
  bookingBecomes,
  feeAtStripe,
  newSeller,
  pay,
  readBooking,
  readProvider,
} from "../support/money/bookings.ts";
import { proven, withDeliveries } from "../support/project/database.ts";
import { data, get, nobody, post, refused } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { control, stripeOf } from "../support/money/stripe.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();

function advance(id: string, step: string, as: Record<string, string>) {
  return post(world, `bookings/${id}/${step}`, as, {}, { key: null });
}

Deno.test("a provider may be booked as soon as Stripe enables charges, and not before", async () => {
  const seller = await signUp(world);
  const buyer = await signUp(world);
  const key = crypto.randomUUID();
  const ask = () => post(world, "providers", seller.as, { country: "FR" }, { key });
  const { provider_id, onboarding_url } = data(await ask(), 201, StartedProvider);
  const again = await ask();
  equal(again.headers.get("idempotency-replayed"), "true");
  const body = { provider_id, amount: 1000, currency: "eur" };
  refused(await askBooking(world, buyer, body), 400, "invalid_request", "provider_id");
  await withDeliveries(world, "shared", async () => {
    await onboardProvider(onboarding_url, "leave");
    refused(await askBooking(world, buyer, body), 400, "invalid_request", "provider_id");
    const link = await post(world, "providers/me/onboarding-link", seller.as, {}, { key: null });
    await onboardProvider(data(link, 200, OnboardingLink).onboarding_url);
    await until("charges of the provider are enabled", async () => {
      return (await readProvider(world, seller)).charges_enabled || undefined;
    });
  });
  data(await askBooking(world, buyer, body), 201, StartedBooking);
  refused(await askBooking(world, seller, body), 400, "invalid_request", "provider_id");
  const other = { ...body, provider_id: crypto.randomUUID() };
  refused(await askBooking(world, buyer, other), 400, "invalid_request", "provider_id");
  const { data: accounts } = await stripeOf(world).accounts.list({ limit: 100 });
  equal(accounts.filter(({ metadata }) => metadata?.provider_id === provider_id).length, 1);
});

Deno.test("a booking is paid, confirmed and completed, and 3 % of it is the fee", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const body = { provider_id: seller.providerId, amount: 2550, currency: "usd" };
  const details = { what: "a boat", hours: 3 };
  const answer = await askBooking(world, buyer, { ...body, client_temp_id: "t-1", details });
  const booking = data(answer, 201, StartedBooking);
  deepEqual([booking.status, booking.client_temp_id, booking.application_fee_amount], [
    "payment_pending",
    "t-1",
    77,
  ]);
  const id = booking.booking_id;
  refused(await advance(id, "confirm", seller.person.as), 400, "invalid_request", "id");
  const paid = await pay(world, buyer, booking);
  ok(paid.paid_at);
  deepEqual(await feeAtStripe(world, booking.payment_intent_id), { amount: 77, refunded: 0 });
  refused(await advance(id, "confirm", buyer.as), 403, "forbidden");
  refused(await advance(id, "complete", seller.person.as), 400, "invalid_request", "id");
  for (const [step, status] of [["confirm", "confirmed"], ["complete", "completed"]] as const) {
    for (let again = 0; again < 2; again++) {
      equal(data(await advance(id, step, seller.person.as), 200, Booking).status, status);
    }
  }
  for (const person of [buyer, seller.person]) {
    const { details } = refused(await askCancel(world, person, id), 409, "booking_not_cancellable");
    equal(details?.status, "completed");
  }
  await proven(world);
});

Deno.test("both parties see a booking, and no other user does", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const stranger = await newSeller(world);
  const booking = await book(world, buyer, seller);
  const id = booking.booking_id;
  for (const [person, role] of [[buyer, "buyer"], [seller.person, "provider"]] as const) {
    const answer = await get(world, `bookings/${id}`, person.as);
    equal(data(answer, 200, Booking).role, role);
    ok(!answer.text.includes("secret"), answer.text);
    const listed = await get(world, `bookings?role=${role}`, person.as);
    deepEqual(data(listed, 200, z.array(Booking)).map(({ booking_id }) => booking_id), [id]);
    const { data: rows } = await person.dataApi.from("bookings").select("id, amount");
    deepEqual(rows, [{ id, amount: 2500 }]);
  }
  const { as } = stranger.person;
  refused(await get(world, `bookings/${id}`, as), 404, "not_found", "id");
  refused(await advance(id, "confirm", as), 404, "not_found", "id");
  refused(await advance(id, "complete", as), 404, "not_found", "id");
  refused(await askCancel(world, stranger.person, id), 404, "not_found", "id");
  deepEqual(data(await get(world, "bookings", as), 200, z.array(Booking)), []);
  deepEqual((await stranger.person.dataApi.from("bookings").select("id")).data, []);
  refused(await get(world, `bookings/${id}`, nobody), 401, "unauthenticated");
  equal((await readBooking(world, buyer, id)).status, "payment_pending");
});

Deno.test("a repeated booking request returns the same client_temp_id and the same secret", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const key = crypto.randomUUID();
  const body = {
    provider_id: seller.providerId,
    amount: 500,
    currency: "jpy",
    client_temp_id: "t",
  };
  const first = data(await askBooking(world, buyer, body, key), 201, StartedBooking);
  equal(first.application_fee_amount, 15);
  const again = await askBooking(world, buyer, body, key);
  equal(again.headers.get("idempotency-replayed"), "true");
  deepEqual(data(again, 201, StartedBooking), first);
  match(first.client_secret, /_secret_/);
  const other = await askBooking(world, buyer, { ...body, amount: 501 }, key);
  refused(other, 422, "idempotency_key_reused");
});

Deno.test("a booking with a declined card can be paid with another card", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const booking = await book(world, buyer, seller);
  await withDeliveries(world, "shared", async () => {
    await payIntent(world.stripeUrl, booking.client_secret, "4000000000000002");
    await bookingBecomes(world, buyer, booking.booking_id, "payment_failed");
  });
  await pay(world, buyer, booking);
});

Deno.test("a bank debit is processing until it is settled", async () => {
  const seller = await newSeller(world, "US");
  const buyer = await signUp(world);
  const booking = await book(world, buyer, seller);
  const id = booking.booking_id;
  await withDeliveries(world, "shared", async () => {
    const method = "us_bank_account" as const;
    await payIntent(world.stripeUrl, booking.client_secret, undefined, { method });
    await bookingBecomes(world, buyer, id, "processing");
    refused(await advance(id, "confirm", seller.person.as), 400, "invalid_request", "id");
    const { payment_intent_id } = booking;
    await control(world, "POST", `payments/${payment_intent_id}/settle`, { outcome: "succeeds" });
    await bookingBecomes(world, buyer, id, "paid");
  });
  await proven(world);
});

Deno.test("an amount or currency that Stripe does not charge is refused by its field", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const cases: readonly [number, string, string][] = [
    [1, "usd", "amount"],
    [1001, "kwd", "amount"],
    [150, "isk", "amount"],
    [500, "xyz", "currency"],
  ];
  for (const [amount, currency, field] of cases) {
    const body = { provider_id: seller.providerId, amount, currency };
    refused(await askBooking(world, buyer, body), 400, "invalid_request", field);
  }
});
