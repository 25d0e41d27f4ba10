/** The steps of a provider and a buyer: onboarding, booking, payment, cancellation. */
import type Stripe from "stripe";
import type { z } from "zod";
import { onboardProvider, payIntent } from "@farthing/stripe-emulator/browser";
import {
  Booking,
  CancelledBooking,
  StartedBooking,
} from "../../../supabase/functions/_shared/contracts/bookings.ts";
import { PaymentRunnerReport } from "../../../supabase/functions/_shared/contracts/runners.ts";
import {
  Provider,
  StartedProvider,
} from "../../../supabase/functions/_shared/contracts/providers.ts";
import { withDeliveries, withPolicy, withSql } from "../project/database.ts";
import { type Answer, backEnd, data, get, post, remove } from "../project/http.ts";
import { type Person, signUp } from "../project/people.ts";
import { stripeOf } from "./stripe.ts";
import { until } from "../project/until.ts";
import type { World } from "../project/world.ts";

export interface Seller {
  readonly person: Person;
  readonly providerId: string;
}

export type OpenBooking = z.output<typeof StartedBooking>;

export async function readProvider(world: World, { as }: Person) {
  return data(await get(world, "providers/me", as), 200, Provider);
}

/** Signs up a user, and registers the user at Stripe as a provider with charges enabled. */
export async function newSeller(world: World, country = "DE"): Promise<Seller> {
  const person = await signUp(world);
  const answer = await post(world, "providers", person.as, { country, email: person.email });
  const { provider_id: providerId, onboarding_url } = data(answer, 201, StartedProvider);
  await withDeliveries(world, "shared", async () => {
    await onboardProvider(onboarding_url);
    await until("charges of the provider are enabled", async () => {
      return (await readProvider(world, person)).charges_enabled || undefined;
    });
  });
  return { person, providerId };
}

export function askBooking(
  world: World,
  buyer: Person,
  body: Record<string, unknown>,
  key?: string,
): Promise<Answer> {
  const ask = () => post(world, "bookings", buyer.as, body, key === undefined ? {} : { key });
  return withPolicy(world, "shared", ask);
}

type Policy = Record<string, string | number>;

/** Changes the policy. @returns the former values, to restore them later */
async function setPolicy(world: World, policy: Policy): Promise<Policy> {
  return await withSql(world, async (sql) => {
    const [before] = await sql`select * from farthing.policy`;
    await sql`select farthing.set_policy(${sql.json(policy)}, 'a test')`;
    return Object.fromEntries(Object.keys(policy).map((name) => [name, before![name]]));
  });
}

/**
 * Changes the policy while no other test creates a booking. Later bookings of other tests use the new
 * policy. Returns the former values.
 */
export function changePolicy(world: World, policy: Policy): Promise<Policy> {
  return withPolicy(world, "exclusive", () => setPolicy(world, policy));
}

/**
 * Changes the policy, creates a booking for each buyer at the same moment, and restores the policy. A
 * booking keeps the policy under which it was created.
 */
export function bookAllUnder(
  world: World,
  policy: Policy,
  buyers: readonly Person[],
  { providerId }: Seller,
): Promise<Answer[]> {
  return withPolicy(world, "exclusive", async () => {
    const before = await setPolicy(world, policy);
    try {
      const body = { provider_id: providerId, amount: 2500, currency: "usd" };
      return await Promise.all(buyers.map(({ as }) => post(world, "bookings", as, body)));
    } finally {
      await setPolicy(world, before);
    }
  });
}

export async function bookUnder(
  world: World,
  policy: Policy,
  [buyer, seller]: readonly [Person, Seller],
): Promise<Answer> {
  const [answer] = await bookAllUnder(world, policy, [buyer], seller);
  return answer!;
}

/** Creates a booking with a provider, for 25 dollars by default. */
export async function book(
  world: World,
  buyer: Person,
  { providerId }: Seller,
  { amount = 2500, currency = "usd" } = {},
): Promise<OpenBooking> {
  const body = { provider_id: providerId, amount, currency };
  return data(await askBooking(world, buyer, body), 201, StartedBooking);
}

export async function readBooking(world: World, { as }: Person, id: string) {
  return data(await get(world, `bookings/${id}`, as), 200, Booking);
}

/** Waits until the booking has this status and returns the booking. */
export function bookingBecomes(world: World, person: Person, id: string, status: string) {
  return until(`booking ${id} is ${status}`, async () => {
    const booking = await readBooking(world, person, id);
    return booking.status === status ? booking : undefined;
  });
}

/** Pays a booking as the buyer's browser does, and waits until it is paid. */
export async function pay(world: World, buyer: Person, booking: OpenBooking) {
  return await withDeliveries(world, "shared", async () => {
    await payIntent(world.stripeUrl, booking.client_secret);
    return await bookingBecomes(world, buyer, booking.booking_id, "paid");
  });
}

export function askCancel(world: World, { as }: Person, id: string, key = crypto.randomUUID()) {
  return remove(world, `bookings/${id}`, as, key);
}

export async function cancel(world: World, person: Person, id: string) {
  return data(await askCancel(world, person, id), 200, CancelledBooking);
}

/** Reads the application fee of a payment at Stripe; null if there is none. */
export async function feeAtStripe(
  world: World,
  paymentId: string,
): Promise<{ amount: number; refunded: number } | null> {
  const stripe = stripeOf(world);
  const expand = ["latest_charge"];
  const { latest_charge } = await stripe.paymentIntents.retrieve(paymentId, { expand });
  const { application_fee } = latest_charge as Stripe.Charge;
  if (application_fee === null) return null;
  const { amount, amount_refunded } = await stripe.applicationFees.retrieve(`${application_fee}`);
  return { amount, refunded: amount_refunded };
}

/**
 * Runs the payment runner until a booking has `count` transfers and reversals that have been made at
 * Stripe. Returns these transfers and reversals.
 */
export function moves(world: World, { booking_id }: OpenBooking, count: number) {
  return until(`${count} transfers and reversals are made`, async () => {
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

/** Returns the sum of a provider's transfers at Stripe less their reversals, in minor units. */
export async function paidOut(world: World, account: string): Promise<number> {
  const { data: transfers } = await stripeOf(world).transfers.list({ destination: account });
  return transfers.reduce((sum, { amount, amount_reversed }) => sum + amount - amount_reversed, 0);
}
