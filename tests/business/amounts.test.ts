/**
 * Follows tax, discounts and invoices from Stripe's hosted page to the reports. The amounts of the
 * checkout session must appear in the order, its credits, its revenue lines and the balance
 * transactions.
 */
import { deepEqual, equal } from "node:assert/strict";
import { z } from "@hono/zod-openapi";
import type Stripe from "stripe";
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { Checkout, Order } from "../../supabase/functions/_shared/contracts/checkout.ts";
import { CustomerPage } from "../../supabase/functions/_shared/contracts/customer-page.ts";
import { FunnelRow } from "../../supabase/functions/_shared/contracts/reports/funnel.ts";
import { reportOf } from "../../supabase/functions/_shared/contracts/reports/report.ts";
import { RevenueRow } from "../../supabase/functions/_shared/contracts/reports/revenue.ts";
import { proven, withSql } from "../support/project/database.ts";
import { backEnd, data, get, post, refused } from "../support/project/http.ts";
import { type Person, signUp } from "../support/project/people.ts";
import { until } from "../support/project/until.ts";
import { readWorld } from "../support/project/world.ts";
import { balanceOf, orderBecomes, readOrder } from "../support/money/purchases.ts";
import { refund } from "../support/money/refunds.ts";
import { stripeOf } from "../support/money/stripe.ts";
import { runPayments } from "../support/money/top-ups.ts";
import { type Settings, withSettings } from "./shop.ts";

const world = readWorld();
const CARD = "4242424242424242";
const DISPUTED_CARD = "4000000000000259";
const TAX_ON_TOP: Settings = {
  checkout_automatic_tax: true,
  checkout_tax_behavior: "exclusive",
  checkout_tax_ids: true,
  checkout_invoices: true,
  checkout_promotion_codes: true,
};
const TAX_INSIDE: Settings = { checkout_automatic_tax: true, checkout_tax_behavior: "inclusive" };

/**
 * Opens a checkout for a package at this price. The package has 1,000 credits and 100 bonus
 * credits.
 */
async function openFor(buyer: Person, currency: string, amount: number) {
  const id = crypto.randomUUID();
  const slug = `amounts-${id.slice(0, 8)}`;
  await withSql(world, (sql) =>
    sql`
    insert into farthing.packages
      (package_id, version, slug, name, amount, currency, credits, bonus_credits)
    values (${id}, 1, ${slug}, 'Amounts', ${amount}, ${currency}, 1000, 100)`);
  try {
    return data(await post(world, "checkout", buyer.as, { package_id: slug }), 201, Checkout);
  } finally {
    await withSql(world, (sql) =>
      sql`
      update farthing.packages set active = false where package_id = ${id}`);
  }
}

/** Creates a promotion code at Stripe, and returns the code. */
async function makeCode(percent_off: number): Promise<string> {
  const stripe = stripeOf(world);
  const coupon = await stripe.coupons.create({ percent_off, duration: "once" });
  const code = `CODE-${crypto.randomUUID().slice(0, 8)}`;
  await stripe.promotionCodes.create({ promotion: { type: "coupon", coupon: coupon.id }, code });
  return code;
}

interface Bought {
  currency: string;
  amount: number;
  settings: Settings;
  details?: Record<string, string>;
  card?: string;
}

/** Buys the package, and returns the paid order with its session at Stripe. */
async function buyFor({ currency, amount, settings, details = {}, card = CARD }: Bought) {
  const buyer = await signUp(world);
  return await withSettings(world, settings, async () => {
    const opened = await openFor(buyer, currency, amount);
    const page = await payCheckout(opened.checkout_url, card, { details });
    equal(page.result, "paid", page.message ?? "");
    const status = card === DISPUTED_CARD ? "disputed" : "paid";
    await orderBecomes(world, buyer, opened.order_id, status);
    const order = await readOrder(world, buyer, opened.order_id);
    const session = await stripeOf(world).checkout.sessions.retrieve(opened.checkout_session_id);
    deepEqual(partsOf(order), {
      amount_subtotal: session.amount_subtotal,
      amount_discount: session.total_details?.amount_discount,
      amount_tax: session.total_details?.amount_tax,
      amount_total: session.amount_total,
      invoice_id: session.invoice,
    });
    return { buyer, order, session };
  });
}

const partsOf = (order: z.output<typeof Order>) => ({
  amount_subtotal: order.amount_subtotal,
  amount_discount: order.amount_discount,
  amount_tax: order.amount_tax,
  amount_total: order.amount_total,
  invoice_id: order.invoice_id,
});

/** Reads the totals of the funnel. They are all 0 if the shop has had no checkout. */
async function readFunnel() {
  const report = data(
    await get(world, "reports/funnel", backEnd(world)),
    200,
    reportOf(FunnelRow),
  );
  const { checkouts = 0, buyers = 0, paid = 0, free = 0 } = report.totals[0] ?? {};
  return { checkouts, buyers, paid, free };
}

/**
 * Returns the amounts of an order's revenue lines, by kind of line, and the prices of the order's
 * lots.
 */
async function booksOf(orderId: string) {
  const lines = await withSql(world, (sql) =>
    sql<{ kind: string; amount: number }[]>`
    select kind, sum(amount)::int as amount from farthing.revenue_lines
    where order_id = ${orderId} and kind not like 'stripe_fee%' group by kind order by kind`);
  const lots = await withSql(world, (sql) =>
    sql<{ price: number }[]>`
    select price::int as price from farthing.lots where order_id = ${orderId}
    order by source desc`);
  return {
    lines: Object.fromEntries(lines.map(({ kind, amount }) => [kind, amount])),
    prices: lots.map(({ price }) => price),
  };
}

Deno.test("tax on top and a code: the order, its invoice, its refunds in thirds", async () => {
  const promotion_code = await makeCode(25);
  const { buyer, order, session } = await buyFor({
    currency: "pln",
    amount: 10_000,
    settings: TAX_ON_TOP,
    details: {
      country: "PL",
      business_name: "Firma",
      tax_id: "PL1234567890",
      promotion_code,
    },
  });
  // 19 % of 7500 is 1425.
  deepEqual(
    { ...partsOf(order), invoice_id: typeof order.invoice_id, has_tax_id: order.has_tax_id },
    {
      amount_subtotal: 10_000,
      amount_discount: 2_500,
      amount_tax: 1_425,
      amount_total: 8_925,
      invoice_id: "string",
      has_tax_id: true,
    },
  );
  equal(session.payment_status, "paid");
  // Before tax, the buyer pays 7500 for 1,100 credits, 100 of which are bonus credits. The bonus
  // credits' part of the price is 7500 * 100 / 1100 = 681.8.
  deepEqual(await booksOf(order.order_id), {
    lines: { charge: 10_000, discount: -2_500, tax: 1_425 },
    prices: [6_818, 682],
  });
  const page = data(await get(world, `customers/${buyer.id}`, backEnd(world)), 200, CustomerPage);
  deepEqual(page.orders.items.map((each) => each.amount_total), [8_925]);
  await withSql(world, async (sql) => {
    const [row] = await sql`select count(*)::int as found from farthing.inbox
      where facts::text like '%1234567890%' or facts::text like '%Firma%'`;
    equal(row?.found, 0, "no tax id and no name is stored");
  });

  for (const left of ["733.33", "366.66", "0"]) {
    await refund(world, order.order_id, 2_975);
    const { balance } = await balanceOf(world, buyer.id);
    equal(balance.slice(0, left.length), left);
  }
  deepEqual((await booksOf(order.order_id)).lines, {
    charge: 10_000,
    discount: -2_500,
    refund: -7_500,
    tax: 1_425,
    tax_returned: -1_425,
  });
  const after = await readOrder(world, buyer, order.order_id);
  deepEqual([after.status, after.amount_refunded], ["refunded", 8_925]);
  await proven(world);
});

Deno.test("a code of 100 % grants the credits, and nothing can be refunded", async () => {
  const promotion_code = await makeCode(100);
  const before = await readFunnel();
  const { buyer, order, session } = await buyFor({
    currency: "pln",
    amount: 5_000,
    settings: { checkout_promotion_codes: true },
    details: { promotion_code },
  });
  deepEqual([session.payment_status, session.payment_intent], ["no_payment_required", null]);
  deepEqual([order.amount_total, order.amount_discount], [0, 5_000]);
  equal((await balanceOf(world, buyer.id)).balance, "1100");
  deepEqual(await booksOf(order.order_id), {
    lines: { charge: 5_000, discount: -5_000 },
    prices: [0, 0],
  });
  const body = { order_id: order.order_id };
  const answer = await post(world, "refunds", backEnd(world), body);
  deepEqual(refused(answer, 422, "refund_too_large", "amount").details, {
    refundable: 0,
    currency: "pln",
  });

  const orders = data(await get(world, "checkout/orders", buyer.as), 200, z.array(Order));
  deepEqual(orders.map(({ amount, amount_total }) => [amount, amount_total]), [[5_000, 0]]);
  const { data: seen } = await buyer.dataApi.from("orders").select();
  deepEqual(seen?.map((row) => [row.id, partsOf(row)]), [[order.order_id, partsOf(order)]]);
  const page = data(await get(world, `customers/${buyer.id}`, backEnd(world)), 200, CustomerPage);
  deepEqual(page.orders.items.map(({ status, amount_total }) => [status, amount_total]), [
    ["paid", 0],
  ]);
  const after = await readFunnel();
  const grew = (name: "checkouts" | "buyers" | "paid" | "free") => after[name] - before[name];
  deepEqual([grew("checkouts"), grew("buyers"), grew("paid"), grew("free")], [1, 0, 0, 1]);
  await proven(world);
});

Deno.test("tax inside: a dispute returns it, and all lines equal Stripe's transactions", async () => {
  const bought = { currency: "isk", settings: TAX_INSIDE, details: { country: "IS" } };
  const kept = await buyFor({ ...bought, amount: 300_000 });
  const lost = await buyFor({ ...bought, amount: 119_000, card: DISPUTED_CARD });
  // The prices contain 19 % tax: 300000 * 19 / 119 = 47899.2, and 119000 * 19 / 119 = 19000.
  deepEqual([kept.order.amount_tax, kept.order.amount_total], [47_899, 300_000]);
  deepEqual((await booksOf(kept.order.order_id)).lines, { charge: 252_101, tax: 47_899 });
  const { lines } = await until("the bank has withdrawn the money", async () => {
    const books = await booksOf(lost.order.order_id);
    return books.lines.dispute ? books : undefined;
  });
  deepEqual([lines.charge, lines.dispute], [100_000, -100_000]);
  deepEqual([lines.tax, lines.tax_returned], [19_000, -19_000]);

  await listBalance();
  const path = "reports/revenue";
  const report = data(await get(world, path, backEnd(world)), 200, reportOf(RevenueRow));
  for (const currency of ["isk", "pln"]) {
    const rows = report.rows.filter((row) => row.currency === currency);
    const sum = (of: (row: z.output<typeof RevenueRow>) => number) =>
      rows.reduce((total, row) => total + of(row), 0);
    const moved = await atStripe(currency);
    equal(sum((row) => row.balance_change), moved.reduce((total, { net }) => total + net, 0));
    const withoutFees = sum((row) =>
      row.gross + row.discounts + row.tax + row.refunds + row.disputes
    );
    equal(withoutFees, moved.reduce((total, { amount }) => total + amount, 0));
  }
  // In `controls`, the report compares its sums in each currency with the sums of Stripe's balance
  // transactions. The amounts in pln add up to 0, so there is no comparison for pln.
  const controls = report.controls.filter(({ name }) => / (isk|pln):/.test(name));
  equal(controls.filter(({ name }) => / isk:/.test(name)).length, 2);
  deepEqual([...new Set(controls.map(({ difference }) => difference))], ["0"]);
  await proven(world);
});

/**
 * Makes the payment runner list the balance transactions of the last day, and waits until all are
 * listed.
 */
async function listBalance(): Promise<void> {
  await withSql(world, (sql) =>
    sql`
    update farthing.balance_lists set done_until = least(done_until, now() - interval '1 day')`);
  await until("the balance is listed", async () => {
    await runPayments(world);
    const [row] = await withSql(world, (sql) =>
      sql`select true as done from farthing.balance_lists
      where lists_until is null and done_until > now() - interval '5 minutes'`);
    return row?.done;
  });
}

/** Reads all of Stripe's balance transactions in a currency. */
async function atStripe(currency: string): Promise<Stripe.BalanceTransaction[]> {
  const found: Stripe.BalanceTransaction[] = [];
  const list = stripeOf(world).balanceTransactions.list({ currency, limit: 100 });
  for await (const each of list) found.push(each);
  return found;
}
