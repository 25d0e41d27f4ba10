/**
 * Stripe never answers one kind of call by the payment runner. Work that needs this call is done
 * later, and only once. All other work is done at once.
 */
import { equal, ok } from "node:assert/strict";
import { proven, withSql } from "../support/project/database.ts";
import { book, newSeller, pay } from "../support/money/bookings.ts";
import { withDeployment } from "../support/processes/deployment.ts";
import { backEnd, post } from "../support/project/http.ts";
import { signUp } from "../support/project/people.ts";
import { payOut } from "../support/money/payouts.ts";
import { newPurchase, refundsAtStripe } from "../support/money/refunds.ts";
import { control, stripeOf } from "../support/money/stripe.ts";
import { passTime, paymentsOf, signUpToppedUp, spend } from "../support/money/top-ups.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const stripe = stripeOf(world);

/** One piece of work of the payment runner. */
interface Work {
  /** Makes the work due, even if a runner has postponed it. */
  due(): Promise<void>;
  /**
   * Counts the objects at Stripe that this work has made. For work that only reads, returns 1 if the
   * database has the result.
   */
  made(): Promise<number>;
  /** True if the database has recorded that the work is done. */
  isDone(): Promise<boolean>;
}

async function one<T extends object>(rows: Promise<readonly T[]>): Promise<T> {
  const all = await rows;
  equal(all.length, 1);
  return all[0]!;
}

async function refund(): Promise<Work> {
  const { orderId, paymentId } = await newPurchase(world);
  let isBegun = false;
  return {
    due: () =>
      withSql(world, async (sql) => {
        if (!isBegun) await sql`select farthing_public.refunds_begin(p_order_id => ${orderId})`;
        isBegun = true;
        await sql`update farthing.refunds set next_attempt_at = now()
          where order_id = ${orderId} and status = 'requested'`;
      }),
    made: async () => (await refundsAtStripe(world, paymentId)).length,
    isDone: () =>
      withSql(world, async (sql) => {
        const { status } = await one(sql<{ status: string }[]>`
          select status from farthing.refunds where order_id = ${orderId}`);
        return status === "succeeded";
      }),
  };
}

async function topUp(): Promise<Work> {
  const person = await signUpToppedUp(world);
  let isSpent = false;
  return {
    async due() {
      if (!isSpent) await spend(world, person, "1000");
      isSpent = true;
      await passTime(world, person);
    },
    made: async () => (await paymentsOf(world, person)).length,
    isDone: () =>
      withSql(world, async (sql) => {
        const { count } = await one(sql<{ count: number }[]>`
          select count(*)::int as count from farthing.entries e join farthing.accounts a using (account_id)
          where a.owner_id = ${person.id} and e.kind = 'purchase'`);
        return count === 1;
      }),
  };
}

/** Makes a disputed booking. Its transfer to the provider must be reversed. */
async function reversal(): Promise<Work> {
  const seller = await newSeller(world);
  const buyer = await signUp(world);
  const booking = await book(world, buyer, seller);
  await pay(world, buyer, booking);
  let isDisputed = false;
  const moves = () =>
    withSql(world, (sql) =>
      sql<{ status: string }[]>`
      select status from farthing.booking_transfers where booking_id = ${booking.booking_id}`);
  return {
    async due() {
      if (!isDisputed) {
        await control(world, "POST", `payments/${booking.payment_intent_id}/dispute`);
        await until("the reversal is due", async () => (await moves())[0]);
        isDisputed = true;
      }
      await withSql(
        world,
        (sql) =>
          sql`update farthing.booking_transfers set next_attempt_at = now()
          where booking_id = ${booking.booking_id} and status = 'requested'`,
      );
    },
    async made() {
      const intent = await stripe.paymentIntents.retrieve(booking.payment_intent_id);
      const { data } = await stripe.transfers.list({
        destination: String(intent.transfer_data?.destination),
      });
      return data.flatMap(({ reversals }) => reversals.data).length;
    },
    isDone: async () => (await one(moves())).status === "made",
  };
}

/**
 * The first call of `due` makes the payout. If the payout were made earlier, a scheduled run could
 * list its transactions before the test begins.
 */
async function payout(): Promise<Work> {
  const { paymentId } = await newPurchase(world);
  let id: string | undefined;
  const lists = () =>
    withSql(world, (sql) =>
      sql<{ is_done: boolean }[]>`
      select reconciled_at is not null as is_done from farthing.reconciliations
      where payout_id = ${id ?? null}`);
  const isDone = async () => (await one(lists())).is_done;
  return {
    async due() {
      id ??= (await payOut(world, [paymentId])).id;
      await until("the payout is known", async () => (await lists())[0]);
      await withSql(
        world,
        (sql) =>
          sql`update farthing.reconciliations set due_at = now(), claimed_at = null
          where payout_id = ${id!} and due_at is not null`,
      );
    },
    made: async () => await isDone() ? 1 : 0,
    isDone,
  };
}

/**
 * Makes a backfill due. If another test has left an unreadable event, the backfill may be postponed. A
 * postponed backfill also counts as done.
 */
function events(): Promise<Work> {
  const isDone = () =>
    withSql(world, async (sql) => {
      const { is_done } = await one(sql<{ is_done: boolean }[]>`
        select claimed_at is null and (done_until > now() - interval '60 minutes'
          or coalesce(retry_at > now(), false)) as is_done from farthing.backfills`);
      return is_done;
    });
  return Promise.resolve({
    due: () =>
      withSql(world, async (sql) => {
        await sql`update farthing.backfills set claimed_at = null, retry_at = null,
          done_until = now() - interval '61 minutes'`;
      }),
    made: async () => await isDone() ? 1 : 0,
    isDone,
  });
}

const WORK = { refund, topUp, reversal, payout, events };
type Name = keyof typeof WORK;

/** For each kind of work, the calls to Stripe that fail. */
const CALLS: Readonly<Record<Name, object>> = {
  refund: { method: "POST", path: "/v1/refunds" },
  topUp: { method: "POST", path: "/v1/payment_intents" },
  reversal: { method: "POST", path: "/v1/transfers" },
  payout: { method: "GET", path: "/v1/balance_transactions" },
  events: { method: "GET", path: "/v1/events" },
};

/**
 * A run of the payment runner does all work that is due, including the work of other tests, so it may take
 * long.
 */
const DEADLINE_MS = 60_000;

/** Waits until this test's runner or a scheduled run has done the work. */
function isDone(name: Name, work: Work): Promise<true> {
  return until(`${name} is done`, async () => await work.isDone() || undefined, DEADLINE_MS);
}

async function run(hanging: readonly Name[], after: boolean): Promise<void> {
  const names = Object.keys(WORK) as Name[];
  const all = await Promise.all(names.map(async (name) => [name, await WORK[name]()] as const));
  const stuck = all.filter(([name]) => hanging.includes(name));
  const others = all.filter(([name]) => !hanging.includes(name));
  for (const name of hanging) {
    const fault = { ...CALLS[name], hang: true, after, times: 1_000 };
    await control(world, "POST", "faults", fault);
  }
  try {
    for (const [, work] of all) await work.due();
    await withDeployment(world, {}, async (cut) => {
      const start = performance.now();
      await post(cut, "payment-runner", backEnd(world), {});
      ok(performance.now() - start < DEADLINE_MS, "the run waited for Stripe again and again");
    });
    for (const [name, work] of others) await isDone(name, work);
    for (const [name, work] of stuck) {
      equal(`${name} ${await work.made()}`, `${name} ${after ? 1 : 0}`);
    }
  } finally {
    await control(world, "DELETE", "faults");
  }
  for (const [name, work] of stuck) {
    await until(`${name} is done`, async () => {
      if (await work.isDone()) return true;
      await work.due();
      await post(world, "payment-runner", backEnd(world), {});
    }, DEADLINE_MS);
  }
  for (const [name, work] of all) equal(`${name} ${await work.made()}`, `${name} 1`);
  await proven(world);
}

const MONEY: readonly Name[] = ["refund", "topUp", "reversal"];

Deno.test("the runner reads payouts and events while refunds, charges and reversals hang", async () => {
  await run(MONEY, false);
});

Deno.test("T16: requests that Stripe fulfils and never answers are made once", async () => {
  await run(MONEY, true);
});

Deno.test("the runner refunds, charges and reverses while payouts and events hang", async () => {
  await run(["payout", "events"], false);
});
