/**
 * The reports of money agree with the emulator's balance transactions: purchases, refunds, disputes,
 * bookings and payouts, in two currencies that no other test uses.
 */
import { deepEqual, equal } from "node:assert/strict";
import type { z } from "@hono/zod-openapi";
import type Stripe from "stripe";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { Checkout } from "../../supabase/functions/_shared/contracts/checkout.ts";
import {
  PayoutReport,
  PayoutRow,
} from "../../supabase/functions/_shared/contracts/reports/payouts.ts";
import { reportOf } from "../../supabase/functions/_shared/contracts/reports/report.ts";
import { RevenueRow } from "../../supabase/functions/_shared/contracts/reports/revenue.ts";
import { book, newSeller, pay } from "../support/money/bookings.ts";
import { payOut, reconciled } from "../support/money/payouts.ts";
import { orderBecomes } from "../support/money/purchases.ts";
import { refund } from "../support/money/refunds.ts";
import { stripeOf } from "../support/money/stripe.ts";
import { runPayments } from "../support/money/top-ups.ts";
import { proven, withDeliveries, withPackages, withSql } from "../support/project/database.ts";
import { data, get, post, refused } from "../support/project/http.ts";
import { signUp, signUpOperator } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const Revenue = reportOf(RevenueRow);
const CARD = "4242424242424242";
const DISPUTED_CARD = "4000000000000259";
const ALL_DAYS = `from=${new Date(Date.now() - 300 * 86_400_000).toISOString().slice(0, 10)}`;

/** Buys a package at this price, and returns the order and the payment. */
async function buyFor(currency: string, amount: number, card = CARD) {
  const buyer = await signUp(world);
  const packageId = crypto.randomUUID();
  const order = await withPackages(world, "exclusive", async () => {
    await withSql(world, (sql) =>
      sql.begin(async (tx) => {
        await tx`select farthing.allow_change('sql:test', 'a package of the report')`;
        await tx`insert into farthing.packages (package_id, version, slug, name, amount, currency, credits)
          values (${packageId}, 1, ${packageId}, 'Report', ${amount}, ${currency}, 1000)`;
      }));
    const opened = await post(world, "checkout", buyer.as, { package_id: packageId });
    await withSql(world, (sql) =>
      sql.begin(async (tx) => {
        await tx`select farthing.allow_change('sql:test', 'a package of the report')`;
        await tx`update farthing.packages set active = false where package_id = ${packageId}`;
      }));
    return data(opened, 201, Checkout);
  });
  await withDeliveries(world, "shared", async () => {
    await payCheckout(order.checkout_url, card, {});
    const status = card === DISPUTED_CARD ? "disputed" : "paid";
    await orderBecomes(world, buyer, order.order_id, status);
  });
  const [row] = await withSql(world, (sql) =>
    sql<{ payment_ref: string }[]>`
    select payment_ref from farthing.orders where order_id = ${order.order_id}`);
  return { orderId: order.order_id, paymentId: row!.payment_ref };
}

/** Creates a booking of this amount and pays it. Returns the payment. */
async function bookFor(currency: string, amount: number): Promise<string> {
  const buyer = await signUp(world);
  const booking = await book(world, buyer, await newSeller(world), { amount, currency });
  await pay(world, buyer, booking);
  const [row] = await withSql(world, (sql) =>
    sql<{ payment_intent_id: string }[]>`
    select payment_intent_id from farthing.bookings where booking_id = ${booking.booking_id}`);
  await until("the fee is collected", () =>
    withSql(world, async (sql) => {
      const [found] = await sql`select fee_collected from farthing.bookings
        where booking_id = ${booking.booking_id} and fee_collected is not null`;
      return found;
    }));
  return row!.payment_intent_id;
}

/**
 * Makes the payment runner list the balance transactions of the last day, and waits until the list
 * is complete.
 */
async function listBalance(): Promise<void> {
  await withSql(
    world,
    (sql) =>
      sql`update farthing.balance_lists set done_until = least(done_until, now() - interval '1 day')`,
  );
  await withDeliveries(world, "shared", () =>
    until("the balance is listed", async () => {
      await runPayments(world);
      const [row] = await withSql(world, (sql) =>
        sql`select true as done from farthing.balance_lists
        where lists_until is null and done_until > now() - interval '5 minutes'`);
      return row?.done;
    }));
}

/** Reads all of Stripe's balance transactions of a currency, without payouts. */
async function atStripe(currency: string): Promise<Stripe.BalanceTransaction[]> {
  const found: Stripe.BalanceTransaction[] = [];
  const list = stripeOf(world).balanceTransactions.list({ currency, limit: 100 });
  for await (const each of list) if (each.type !== "payout") found.push(each);
  return found;
}

const sum = <T>(items: readonly T[], of: (item: T) => number) =>
  items.reduce((total, item) => total + of(item), 0);

type Row = z.output<typeof RevenueRow>;

/** Compares the rows of the report for a currency with Stripe's balance transactions. */
async function agree(currency: string, rows: readonly Row[]): Promise<void> {
  const transactions = await atStripe(currency);
  const ofCategory = (...names: string[]) =>
    sum(
      transactions.filter((each) => names.includes(each.reporting_category)),
      (each) => each.amount,
    );
  const mine = rows.filter((row) => row.currency === currency);
  deepEqual(
    {
      gross: sum(mine, (row) => row.gross),
      refunds: sum(mine, (row) => row.refunds),
      disputes: sum(mine, (row) => row.disputes),
      application_fees: sum(mine, (row) => row.application_fees + row.application_fee_refunds),
      transfers: sum(mine, (row) => row.transfers),
      fees: sum(mine, (row) => row.dispute_fees + row.stripe_fees + row.stripe_fees_provisional),
      balance_change: sum(mine, (row) => row.balance_change),
    },
    {
      gross: ofCategory("charge"),
      refunds: ofCategory("refund", "refund_failure"),
      disputes: ofCategory("dispute", "dispute_reversal"),
      application_fees: ofCategory("platform_earning", "platform_earning_refund"),
      transfers: ofCategory("transfer", "transfer_reversal"),
      fees: 0 - sum(transactions, ({ fee }) => fee),
      balance_change: sum(transactions, ({ net }) => net),
    },
  );
}

Deno.test("the reports of revenue and payouts agree with Stripe's balance transactions", async () => {
  const ops = await signUpOperator(world);
  const [first, second] = [await buyFor("nok", 12900), await buyFor("nok", 9900)];
  const disputed = await buyFor("nok", 4900, DISPUTED_CARD);
  const yen = await buyFor("krw", 15000);
  const booking = await bookFor("nok", 25000);
  const { refund_id } = await refund(world, second.orderId, 3300);
  const payments = [first.paymentId, second.paymentId, disputed.paymentId, booking];
  const payout = await payOut(world, payments);
  const { ours } = await reconciled(world, payout);
  const later = await buyFor("nok", 7700);
  await listBalance();

  const report = data(await get(world, `reports/revenue?${ALL_DAYS}`, ops.as), 200, Revenue);
  await agree("nok", report.rows);
  await agree("krw", report.rows);
  const provisional = sum(
    report.rows.filter(({ currency }) => currency === "nok"),
    (row) => row.stripe_fees_provisional,
  );
  const unlisted = (await atStripe("nok")).filter(({ source, type }) =>
    type === "charge" && typeof source === "string"
  );
  equal(provisional < 0 && unlisted.length > 0, true, "the last payment has a provisional fee");
  const controls = report.controls.filter(({ name }) => / (nok|krw):/.test(name));
  deepEqual([...new Set(controls.map(({ difference }) => difference))], ["0"]);
  equal(controls.length, 4);

  const path = `reports/payouts/${payout.id}`;
  const lines = data(await get(world, path, ops.as), 200, PayoutReport);
  deepEqual([lines.payout.amount, lines.payout.difference], [payout.amount, 0]);
  deepEqual(lines.controls.map(({ difference }) => difference), ["0"]);
  deepEqual(lines.mismatches, []);
  equal(lines.rows.filter(({ matched }) => matched === false).length, 0);
  const compared = lines.rows.filter(({ difference }) => difference !== null);
  deepEqual([...new Set(compared.map(({ difference }) => difference))], [0]);
  equal(ours, compared.length);
  const orders = new Set(lines.rows.map(({ order_id }) => order_id).filter((id) => id !== null));
  deepEqual(orders, new Set([first.orderId, second.orderId, disputed.orderId]));
  deepEqual(
    lines.rows.filter((row) => row.refund_id !== null).map((row) => [row.refund_id, row.gross]),
    [[refund_id, -3300]],
  );
  equal(lines.rows.some(({ order_id }) => order_id === later.orderId), false);
  equal(yen.orderId.length, 36);

  const query = `reports/payouts?${ALL_DAYS}`;
  const { rows } = data(await get(world, query, ops.as), 200, reportOf(PayoutRow));
  deepEqual(rows.find(({ payout_id }) => payout_id === payout.id), lines.payout);
  await proven(world);
});

Deno.test("CSV and JSON of a payout's report have the same figures", async () => {
  const ops = await signUpOperator(world);
  const { paymentId } = await buyFor("nok", 12900);
  const payout = await payOut(world, [paymentId]);
  await reconciled(world, payout);
  const path = `reports/payouts/${payout.id}`;
  const { rows, totals } = data(await get(world, path, ops.as), 200, PayoutReport);
  equal(rows.length, 2);
  const { text } = await get(world, `${path}?format=csv`, ops.as);
  const [header = "", ...lines] = text.trimEnd().split("\r\n");
  const keys = header.replaceAll(/ \((minor units|UTC)\)/g, "").split(",").slice(1);
  const toLine = (record: string, each: object) =>
    [record, ...keys.map((key) => (each as Record<string, unknown>)[key] ?? "")].join(",");
  deepEqual(lines, [
    ...rows.map((each) => toLine("row", each)),
    ...totals.map((each) => toLine("total", each)),
  ]);
});

Deno.test("a user reads no report of money, and an unknown payout is not found", async () => {
  const [ops, user] = [await signUpOperator(world), await signUp(world)];
  for (const path of ["reports/revenue", "reports/payouts", "reports/payouts/po_1"]) {
    refused(await get(world, path, user.as), 403, "forbidden");
  }
  refused(await get(world, "reports/payouts/po_unknown", ops.as), 404, "not_found", "id");
  refused(await get(world, "reports/payouts/ch_1", ops.as), 400, "invalid_request", "id");
});
