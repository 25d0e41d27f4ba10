/**
 * A request for a booking or a provider is repeated after a failure at Stripe. The booking then has
 * only one payment, and the provider only one account.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { StartedBooking } from "../../supabase/functions/_shared/contracts/bookings.ts";
import { StartedProvider } from "../../supabase/functions/_shared/contracts/providers.ts";
import {
  askBooking,
  askCancel,
  book,
  bookingBecomes,
  cancel,
  newSeller,
  pay,
  readBooking,
} from "../support/money/bookings.ts";
import { proven, withSql } from "../support/project/database.ts";
import { type Answer, data, post, refused } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { refundsAtStripe } from "../support/money/refunds.ts";
import { control, stripeOf } from "../support/money/stripe.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const stripe = stripeOf(world);

/** While `use` runs, the next POST requests that match `fault` fail at Stripe. */
async function withFault(fault: object, use: () => Promise<void>): Promise<void> {
  await control(world, "POST", "faults", { method: "POST", ...fault });
  try {
    await use();
  } finally {
    await control(world, "DELETE", "faults");
  }
}

/** Stripe does what was requested, but answers 429. The functions do not retry after a 429. */
const LOST = { status: 429, after: true };
/** Stripe does nothing, and all three attempts of the functions fail. */
const DOWN = { status: 503, times: 3 };

function isRetryable(answer: Answer): void {
  ok([502, 503].includes(answer.status), answer.text);
  equal(refused(answer, answer.status, "upstream_unavailable").retryable, true);
}

async function paymentsOf(bookingId: string) {
  const { data: all } = await stripe.paymentIntents.list({ limit: 100 });
  return all.filter(({ metadata }) => metadata.booking_id === bookingId);
}

for (const [name, fault] of [["answer is lost", LOST], ["request never came", DOWN]] as const) {
  Deno.test(`a booking whose ${name} has one payment after a repeat`, async () => {
    const seller = await newSeller(world);
    const buyer = await signUp(world);
    const key = crypto.randomUUID();
    const body = { provider_id: seller.providerId, amount: 1200, currency: "eur" };
    const ask = () => askBooking(world, buyer, body, key);
    await withFault(
      { path: "/v1/payment_intents", ...fault },
      async () => isRetryable(await ask()),
    );
    const booking = data(await ask(), 201, StartedBooking);
    deepEqual((await paymentsOf(booking.booking_id)).map(({ id }) => id), [
      booking.payment_intent_id,
    ]);
    // If Stripe has stored a failure for a booking's request, it answers every later request for
    // this booking with the same failure. The functions then cancel the booking, and the repeated
    // call creates a second booking.
    const [row] = await withSql(world, (sql) =>
      sql<{ count: number }[]>`
      select count(*)::int as count from farthing.bookings
      where provider_id = ${seller.providerId} and status <> 'cancelled'`);
    equal(row?.count, 1);
    await pay(world, buyer, booking);
    await proven(world);
  });

  Deno.test(`a provider whose ${name} has one account after a repeat`, async () => {
    const person = await signUp(world);
    const key = crypto.randomUUID();
    const body = { country: "DE", email: person.email };
    const ask = () => post(world, "providers", person.as, body, { key });
    await withFault({ path: "/v1/accounts", ...fault }, async () => isRetryable(await ask()));
    const { provider_id } = data(await ask(), 201, StartedProvider);
    const { data: accounts } = await stripe.accounts.list({ limit: 100 });
    equal(accounts.filter(({ metadata }) => metadata?.provider_id === provider_id).length, 1);
    const [row] = await withSql(world, (sql) =>
      sql<{ email: string | null }[]>`
      select email from farthing.providers where provider_id = ${provider_id}`);
    equal(row?.email, null);
  });
}

Deno.test("an unpaid booking stays while Stripe is unavailable, and is cancelled afterwards", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const { booking_id, payment_intent_id } = await book(world, buyer, seller);
  const key = crypto.randomUUID();
  const path = `/v1/payment_intents/${payment_intent_id}/cancel`;
  await withFault(
    { path, ...DOWN },
    async () => isRetryable(await askCancel(world, buyer, booking_id, key)),
  );
  equal((await readBooking(world, buyer, booking_id)).status, "payment_pending");
  equal((await askCancel(world, buyer, booking_id, key)).status, 200);
  equal((await stripe.paymentIntents.retrieve(payment_intent_id)).status, "canceled");
});

Deno.test("a paid booking is cancelled while Stripe is down, and is refunded later", async () => {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const booking = await book(world, buyer, seller);
  await pay(world, buyer, booking);
  await withFault({ path: "/v1/refunds", ...DOWN }, async () => {
    const { refund } = await cancel(world, buyer, booking.booking_id);
    equal(refund?.status, "pending");
  });
  await bookingBecomes(world, buyer, booking.booking_id, "cancelled");
  deepEqual(await refundsAtStripe(world, booking.payment_intent_id), []);
  const [row] = await withSql(world, (sql) =>
    sql<{ status: string; minutes: number }[]>`
    select status, extract(epoch from next_attempt_at - now())::int / 60 as minutes
    from farthing.refunds where booking_id = ${booking.booking_id}`);
  equal(row?.status, "requested");
  ok(row.minutes <= 2, "the runner may send the refund within two minutes");
});
