/**
 * Stripe's events about an account arrive while its credits are spent. Each event is recorded in
 * its own database session, as if in its own request. There are enough events to make a missing
 * lock visible.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import postgres from "postgres";
import { proven } from "../../support/project/database.ts";
import { type Person, signUpWith } from "../../support/project/people.ts";
import { repeatTimedOut } from "../../support/project/repeat-call.ts";
import { balanceOf, openCheckout } from "../../support/money/purchases.ts";
import { newPurchase, type Purchase } from "../../support/money/refunds.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();

type Sql = postgres.Sql<Record<string, never>>;

const ROUNDS = 10;
const SESSIONS = 12;

async function withSessions(use: (sql: Sql) => Promise<void>): Promise<void> {
  const sql = postgres(world.databaseUrl, { max: SESSIONS, onnotice() {} });
  // Opens all connections before the race, so that no session begins late.
  await Promise.all(Array.from({ length: SESSIONS }, () => sql`select pg_sleep(0.05)`));
  await use(sql).finally(() => sql.end({ timeout: 5 }));
}

let events = 0;

/** Records one of Stripe's events. Returns the answer of the inbox without the field `received`. */
async function hears(sql: Sql, type: string, facts: postgres.JSONValue): Promise<unknown> {
  const id = `evt_race_${crypto.randomUUID().slice(0, 8)}_${++events}`;
  const event = { id, type, livemode: false, created: Math.floor(Date.now() / 1000), facts };
  const [row] = await repeatTimedOut(() =>
    sql<{ said: Record<string, unknown> }[]>`
    select farthing_public.inbox_receive(${sql.json(event)}) as said`
  );
  const { received: _, ...more } = row!.said;
  return more;
}

const refundFacts = ({ paymentId }: Purchase, nr: number, more: object = {}) => ({
  ...{ stripe_refund_id: `re_${paymentId}_${nr}`, refund_id: null, payment_id: paymentId },
  ...{ charge_id: null, amount: 111, currency: "usd", status: "succeeded", failure_reason: null },
  ...more,
});

/** Returns the code of the error with which the call fails. */
function codeOf(error: unknown): string {
  const { code, message } = error as { code: string; message: string };
  return code === "PGRST" ? JSON.parse(message).code : `${code} ${message}`;
}

const spends = (sql: Sql, user: string, amount: string) =>
  repeatTimedOut(() => sql`select farthing_public.credits_debit(${user}, ${amount}, 'race')`)
    .then(() => "spent", codeOf);

const holds = (sql: Sql, user: string, amount: string) =>
  repeatTimedOut(() => sql`select farthing_public.holds_open(${user}, 600, ${amount})`)
    .then(() => "held", codeOf);

/** Asserts that the account's entries, lots and debt add up to its balance. */
async function addsUp(sql: Sql, user: string): Promise<void> {
  const [row] = await sql<{ balance: string; entries: string; lots: string; debt: string }[]>`
    select a.balance, a.debt,
      (select sum(case direction when 'in' then amount else -amount end) from farthing.entries e
        where e.account_id = a.account_id) as entries,
      (select sum(remaining) from farthing.lots l where l.account_id = a.account_id) - a.debt as lots
    from farthing.accounts a where owner_id = ${user}`;
  equal(row?.entries, row?.balance);
  equal(row?.lots, row?.balance);
}

const OUTCOMES = /^(spent|held|insufficient_credits)$/;

Deno.test("T5: refunds of an order while its credits are spent are all applied, and add up", async () => {
  await withSessions(async (sql) => {
    for (let round = 0; round < ROUNDS; round++) {
      const purchase = await newPurchase(world);
      const { id } = purchase.buyer;
      const outcomes = await Promise.all([
        ...[1, 2, 3].map((nr) => hears(sql, "refund.updated", refundFacts(purchase, nr))),
        ...Array.from({ length: 6 }, () => spends(sql, id, "900")),
        ...Array.from({ length: 3 }, () => holds(sql, id, "400")),
      ]);
      deepEqual(outcomes.slice(0, 3), [{}, {}, {}]);
      for (const outcome of outcomes.slice(3)) ok(OUTCOMES.test(String(outcome)), `${outcome}`);
      await addsUp(sql, id);
    }
  });
  await proven(world);
});

Deno.test("T1: a payment that arrives while its buyer spends is granted once, and adds up", async () => {
  await withSessions(async (sql) => {
    for (let round = 0; round < ROUNDS; round++) {
      const { buyer } = await newPurchase(world);
      const { order_id, checkout_session_id } = await openCheckout(world, buyer);
      const facts = {
        ...{ order_id, session_id: checkout_session_id, payment_id: `pi_race_${order_id}` },
        ...{ payment_status: "paid", amount: 999, currency: "usd" },
      };
      const outcomes = await Promise.all([
        hears(sql, "checkout.session.completed", facts),
        hears(sql, "payment_intent.succeeded", { ...facts, session_id: null }),
        ...Array.from({ length: 8 }, () => spends(sql, buyer.id, "1700")),
        ...Array.from({ length: 2 }, () => holds(sql, buyer.id, "400")),
      ]);
      deepEqual(outcomes.slice(0, 2), [{}, {}]);
      for (const outcome of outcomes.slice(2)) ok(OUTCOMES.test(String(outcome)), `${outcome}`);
      await addsUp(sql, buyer.id);
      const [{ count } = { count: 0 }] = await sql<{ count: number }[]>`
        select count(*)::int as count from farthing.lots where order_id = ${order_id}`;
      equal(count, 1);
    }
  });
  await proven(world);
});

Deno.test("T7: a refund's answer and its events at once make one refund", async () => {
  await withSessions(async (sql) => {
    for (let round = 0; round < ROUNDS; round++) {
      const purchase = await newPurchase(world);
      const [begun] = await sql<{ id: string }[]>`
        select farthing_public.refunds_begin(${purchase.orderId}, p_amount => '111')
          #>> '{refund,refund_id}' as id`;
      const refund_id = begun!.id;
      const stripe_refund_id = `re_${purchase.paymentId}_own`;
      const own = (status: string) =>
        hears(
          sql,
          "refund.updated",
          refundFacts(purchase, 0, { stripe_refund_id, refund_id, status }),
        );
      const attached = repeatTimedOut(() =>
        sql`select farthing_public.refunds_attach(${refund_id}, ${stripe_refund_id})`
      ).then(() => ({}));
      const outcomes = await Promise.all([
        ...[attached, own("pending"), own("succeeded")],
        ...Array.from({ length: 4 }, () => spends(sql, purchase.buyer.id, "900")),
      ]);
      deepEqual(outcomes.slice(0, 3), [{}, {}, {}]);
      const rows = await sql`
        select status, stripe_refund_id from farthing.refunds where order_id = ${purchase.orderId}`;
      deepEqual([...rows], [{ status: "succeeded", stripe_refund_id }]);
      await addsUp(sql, purchase.buyer.id);
    }
  });
  await proven(world);
});

/** Makes a person with a debt of 800: settles a hold of 100 for 900. */
async function owing(sql: Sql): Promise<Person> {
  const person = await signUpWith(world, "100");
  const [hold] = await sql<{ id: string }[]>`
    select farthing_public.holds_open(${person.id}, 600, '100') #>> '{data,hold_id}' as id`;
  await sql`select farthing_public.holds_settle(${hold!.id}, '900')`;
  return person;
}

Deno.test("two payments at once pay a debt once, whichever is first", async () => {
  await withSessions(async (sql) => {
    for (let round = 0; round < ROUNDS; round++) {
      const person = await owing(sql);
      const orders = [await openCheckout(world, person), await openCheckout(world, person, "Pro")];
      const outcomes = await Promise.all(orders.map(async ({ order_id, checkout_session_id }) => {
        const [order] = await sql<{ amount: number }[]>`
          select amount::int from farthing.orders where order_id = ${order_id}`;
        return await hears(sql, "checkout.session.completed", {
          ...{ order_id, session_id: checkout_session_id, payment_id: `pi_race_${order_id}` },
          ...{ payment_status: "paid", amount: order!.amount, currency: "usd" },
        });
      }));
      deepEqual(outcomes, [{}, {}]);
      equal((await balanceOf(world, person.id)).debt, "0");
      await addsUp(sql, person.id);
    }
  });
  await proven(world);
});

Deno.test("a refund that Stripe has made is not refused by an older answer at the same moment", async () => {
  await withSessions(async (sql) => {
    for (let round = 0; round < 2 * ROUNDS; round++) {
      const purchase = await newPurchase(world);
      const [begun] = await sql<{ id: string }[]>`
        select farthing_public.refunds_begin(${purchase.orderId}, p_amount => '111')
          #>> '{refund,refund_id}' as id`;
      const facts = refundFacts(purchase, 0, { refund_id: begun!.id });
      const refused = repeatTimedOut(() =>
        sql`select farthing_public.refunds_refuse(${begun!.id}, 'an older answer')`
      );
      await Promise.all([hears(sql, "refund.updated", facts), refused]);
      const [row] = await sql`
        select status from farthing.refunds where order_id = ${purchase.orderId}`;
      equal(row?.status, "succeeded");
    }
  });
  await proven(world);
});
