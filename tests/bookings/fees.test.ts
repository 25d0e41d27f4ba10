/**
 * Pays random bookings in three currencies, refunds them in part or in full, and cancels them: 100
 * bookings, or 1,000 with CI_FULL=1. Three figures must agree to the cent: Stripe's fees, the fee
 * columns of the bookings, and 3 % of what was paid and not refunded. The bookings, refunds and
 * cancellations go over HTTP. The buyer pays with Stripe's SDK.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { Decimal } from "decimal.js";
import { IS_FULL } from "../../scripts/test-tools/full-run.ts";
import { Refund } from "../../supabase/functions/_shared/contracts/refunds.ts";
import { book, cancel, changePolicy, newSeller, type Seller } from "../support/money/bookings.ts";
import { proven, withDeliveries, withSql } from "../support/project/database.ts";
import { backEnd, data, post } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { stripeOf } from "../support/money/stripe.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const stripe = stripeOf(world);

const BOOKINGS = IS_FULL ? 1_000 : 100;
const BATCH = 100;
const AT_ONCE = 8;
const BOOKINGS_OF_A_BUYER = 5;
const CURRENCIES = ["usd", "eur", "jpy"] as const;
const SETTLED_WITHIN_MS = 60_000;

type Currency = (typeof CURRENCIES)[number];

/**
 * Returns a function that returns random numbers from 0 to below 1 (mulberry32). The seed
 * determines the numbers.
 */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The plan of one booking. Amounts are in minor units. `refunds` lists the refunds in order. */
interface Plan {
  readonly amount: number;
  readonly currency: Currency;
  readonly isPaid: boolean;
  readonly refunds: readonly number[];
  readonly isCancelled: boolean;
}

function plan(random: () => number): Plan {
  const pick = (most: number) => Math.floor(random() * most);
  // Half of the amounts are small, because small amounts show rounding errors.
  const amount = 50 + pick(random() < 0.5 ? 500 : 200_000);
  const refunds: number[] = [];
  for (let left = amount, tries = pick(4); tries > 0 && left > 0; tries--) {
    const refund = random() < 0.15 ? left : 1 + pick(left);
    refunds.push(refund);
    left -= refund;
  }
  return {
    amount,
    currency: CURRENCIES[pick(3)]!,
    isPaid: random() < 0.9,
    refunds,
    isCancelled: random() < 0.2,
  };
}

/** Computes a plan's fee and refunds with decimals, and rounds only at the end. */
function expected({ amount, isPaid, refunds, isCancelled }: Plan) {
  if (!isPaid) return { fee: 0, back: 0, refunded: 0 };
  const fee = new Decimal(amount).times("0.03").toDecimalPlaces(0, Decimal.ROUND_HALF_UP);
  const refunded = isCancelled ? amount : refunds.reduce((sum, part) => sum + part, 0);
  const back = fee.times(refunded).div(amount).toDecimalPlaces(0, Decimal.ROUND_HALF_UP);
  return { fee: fee.toNumber(), back: back.toNumber(), refunded };
}

async function statusOf(bookingId: string): Promise<string> {
  const [row] = await withSql(world, (sql) =>
    sql<{ status: string }[]>`
    select status from farthing.bookings where booking_id = ${bookingId}`);
  return row!.status;
}

/**
 * Carries out a plan from the booking to its end. Stripe's last events may arrive after this
 * function returns.
 */
async function play(buyer: Person, seller: Seller, plan: Plan): Promise<void> {
  const { booking_id, payment_intent_id } = await book(world, buyer, seller, plan);
  if (plan.isPaid) {
    const paid = await stripe.paymentIntents.confirm(payment_intent_id, {
      payment_method: "pm_card_visa",
      return_url: "http://localhost:3000/",
    });
    equal(paid.status, "succeeded");
    await until(`${booking_id} is paid`, async () => {
      return await statusOf(booking_id) === "paid" || undefined;
    });
  }
  for (const amount of plan.isPaid ? plan.refunds : []) {
    const answer = await post(world, "refunds", backEnd(world), { booking_id, amount });
    data(answer, 201, Refund);
  }
  if (plan.isCancelled) await cancel(world, buyer, booking_id);
}

/**
 * Carries out all plans. A new buyer signs up for every five plans, because a buyer may create only
 * a few bookings per minute.
 */
async function playAll(queue: Iterable<Plan>, seller: Seller): Promise<void> {
  let buyer: Person | undefined;
  let booked = 0;
  for (const each of queue) {
    if (buyer === undefined || booked % BOOKINGS_OF_A_BUYER === 0) buyer = await signUp(world);
    booked += 1;
    await play(buyer, seller, each);
  }
}

async function feesAtStripe(accountId: string) {
  const sums: Record<string, { fee: number; back: number }> = {};
  for await (const fee of stripe.applicationFees.list({ limit: 100 })) {
    if (fee.account !== accountId) continue;
    const sum = sums[fee.currency] ??= { fee: 0, back: 0 };
    sum.fee += fee.amount;
    sum.back += fee.amount_refunded;
  }
  return sums;
}

type Sums = Record<string, { fee: number; back: number; refunded: number }>;

/** Sums the fee columns of a provider's bookings. */
async function feesInColumns({ providerId }: Seller): Promise<Sums> {
  const rows = await withSql(
    world,
    (sql) =>
      sql<{ currency: string; fee: number; back: number; refunded: number }[]>`
    select currency, sum(coalesce(fee_collected, 0))::int as fee, sum(fee_refunded)::int as back,
      sum(amount_refunded)::int as refunded
    from farthing.bookings where provider_id = ${providerId} group by currency`,
  );
  return Object.fromEntries(rows.map(({ currency, ...sums }) => [currency, sums]));
}

/** Sums the expected fees and refunds of plans by currency. */
function modelOf(plans: readonly Plan[]): Sums {
  const sums: Sums = {};
  for (const each of plans) {
    const sum = sums[each.currency] ??= { fee: 0, back: 0, refunded: 0 };
    const { fee, back, refunded } = expected(each);
    sum.fee += fee;
    sum.back += back;
    sum.refunded += refunded;
  }
  return sums;
}

/**
 * Waits until the fee columns equal the expected sums. The columns change only after a delay,
 * because Stripe reports each step by an event.
 */
async function settles(seller: Seller, plans: readonly Plan[]): Promise<void> {
  const model = modelOf(plans);
  await until("all events have arrived", async () => {
    return isDeepStrictEqual(await feesInColumns(seller), model) || undefined;
  }, SETTLED_WITHIN_MS).catch(() => {});
  deepEqual(await feesInColumns(seller), model);
}

async function accountOf({ providerId }: Seller): Promise<string> {
  const [row] = await withSql(world, (sql) =>
    sql<{ id: string }[]>`
    select stripe_account_id as id from farthing.providers where provider_id = ${providerId}`);
  return row!.id;
}

const seed = Number(Deno.env.get("FEES_SEED") ?? Math.floor(Math.random() * 2 ** 31));

Deno.test(`fees of ${BOOKINGS} random bookings are 3 % less refunds (FEES_SEED=${seed})`, async () => {
  const random = randomFrom(seed);
  const plans = Array.from({ length: BOOKINGS }, () => plan(random));
  const seller = await newSeller(world);
  const before = await changePolicy(world, { bookings_per_provider_hour: BOOKINGS });
  try {
    for (let from = 0; from < BOOKINGS; from += BATCH) {
      const queue = plans.slice(from, from + BATCH).values();
      // The advisory lock of webhook deliveries is released between two batches. In that pause, a
      // test that holds deliveries back can run.
      await withDeliveries(world, "shared", async () => {
        await Promise.all(Array.from({ length: AT_ONCE }, () => playAll(queue, seller)));
        await settles(seller, plans.slice(0, from + BATCH));
      });
    }
  } finally {
    await changePolicy(world, before);
  }
  const model = modelOf(plans);
  ok(CURRENCIES.every((currency) => model[currency]!.fee > model[currency]!.back), String(seed));
  const fees = Object.entries(model).map(([name, { fee, back }]) => [name, { fee, back }]);
  deepEqual(await feesAtStripe(await accountOf(seller)), Object.fromEntries(fees));
  await proven(world);
});
