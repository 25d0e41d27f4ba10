/**
 * Dry runs of refunds and grants: they report exactly what the real change does, and change
 * nothing.
 */
import { deepEqual, equal } from "node:assert/strict";
import {
  Grant,
  GrantPreview,
  RecordedGrant,
} from "../../supabase/functions/_shared/contracts/credits.ts";
import { Refund, RefundPreview } from "../../supabase/functions/_shared/contracts/refunds.ts";
import { ledgerOf, proven, withSql } from "../support/project/database.ts";
import { backEnd, type Caller, data, post, refused } from "../support/project/http.ts";
import { type Person, signUp, signUpOperator } from "../support/project/people.ts";
import { balanceOf } from "../support/money/purchases.ts";
import { newPurchase, type Purchase, refund, refundsAtStripe } from "../support/money/refunds.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const service = backEnd(world);

/**
 * Returns the user's ledger rows, except orders. Stripe sends two events of a refund, and the
 * second one may change an order's `updated_at` during the test.
 */
async function rowsOf({ id }: Person): Promise<object> {
  const { orders: _, ...rows } = (await ledgerOf(world, id) ?? {}) as { orders?: unknown };
  return rows;
}

function dryRefund({ orderId }: Purchase, as: Caller, amount?: number, key?: string) {
  const body = { order_id: orderId, ...(amount !== undefined && { amount }), dry_run: true };
  return post(world, "refunds", as, body, key === undefined ? {} : { key });
}

async function spend({ buyer }: Purchase, amount: string): Promise<void> {
  const body = { user_id: buyer.id, amount, reason: "an image" };
  equal((await post(world, "credits/debits", service, body)).status, 201);
}

/**
 * Asserts that the dry run of a refund changes nothing, and reports what the real refund does.
 * Returns the credits, the debt, and the amount that can be refunded afterwards.
 */
async function checkRefund(purchase: Purchase, as: Caller, amount?: number) {
  const before = await rowsOf(purchase.buyer);
  const atStripe = (await refundsAtStripe(world, purchase.paymentId)).length;
  const dry = data(await dryRefund(purchase, as, amount), 200, RefundPreview);
  deepEqual(await rowsOf(purchase.buyer), before);
  equal((await refundsAtStripe(world, purchase.paymentId)).length, atStripe);
  const real = await refund(world, purchase.orderId, amount);
  deepEqual([dry.amount, dry.currency, dry.credits_taken_back, dry.debt_added], [
    real.amount,
    real.currency,
    real.credits_taken_back,
    real.debt_added,
  ]);
  return [dry.credits_taken_back, dry.debt_added, dry.refundable_after];
}

Deno.test("a dry run of a refund has the figures of the refund, in part, as debt and in full", async () => {
  const [purchase, { as }] = [await newPurchase(world), await signUpOperator(world)];
  deepEqual(await checkRefund(purchase, as, 333), ["3330", "0", 666]);
  await spend(purchase, "6000");
  deepEqual(await checkRefund(purchase, as, 100), ["1000", "340", 566]);
  deepEqual(await checkRefund(purchase, as), ["5660", "5660", 0]);
  refused(await dryRefund(purchase, as), 409, "already_refunded");
  await proven(world);
});

Deno.test("a dry run of a refund gets the refund's refusal, and does not use up the key", async () => {
  const [purchase, operator] = [await newPurchase(world), await signUpOperator(world)];
  const key = crypto.randomUUID();
  const { details } = refused(
    await dryRefund(purchase, operator.as, 1000, key),
    422,
    "refund_too_large",
    "amount",
  );
  deepEqual(details, { refundable: 999, currency: "usd" });
  data(await dryRefund(purchase, operator.as, 10, key), 200, RefundPreview);
  const other = { order_id: crypto.randomUUID(), dry_run: true };
  refused(await post(world, "refunds", operator.as, other, { key }), 404, "not_found");
  refused(await dryRefund(purchase, purchase.buyer.as), 403, "forbidden");
  const body = { order_id: purchase.orderId, amount: 10 };
  data(await post(world, "refunds", operator.as, body, { key }), 201, Refund);
  await proven(world);
});

async function dryGrant(as: Caller, to: Person, amount: string, more = {}) {
  const body = { user_id: to.id, amount, source: "adjustment", reason: "an outage", ...more };
  const before = await rowsOf(to);
  const dry = await post(world, "credits/grants", as, { ...body, dry_run: true });
  deepEqual(await rowsOf(to), before);
  return { dry, real: () => post(world, "credits/grants", as, body) };
}

Deno.test("a dry run of a grant has the balance after the grant, and says who must confirm", async () => {
  const [purchase, ops, pat] = [
    await newPurchase(world),
    await signUpOperator(world),
    await signUpOperator(world),
  ];
  const { buyer } = purchase;
  await spend(purchase, "9000");
  await refund(world, purchase.orderId);
  const figures = (dry: Awaited<ReturnType<typeof dryGrant>>["dry"]) => {
    const { status, ceiling, balance_after, debt_after } = data(dry, 200, GrantPreview);
    return [status, ceiling, balance_after, debt_after];
  };
  const after = async () => {
    const { balance, debt } = await balanceOf(world, buyer.id);
    return [balance, debt];
  };
  const small = await dryGrant(ops.as, buyer, "4000.5");
  deepEqual(figures(small.dry), ["granted", null, "-4999.5", "4999.5"]);
  data(await small.real(), 201, Grant);
  deepEqual(await after(), ["-4999.5", "4999.5"]);
  const large = await dryGrant(ops.as, buyer, "200000");
  deepEqual(figures(large.dry), ["pending", "grant", "195000.5", "0"]);
  const { grant_id, ceiling } = data(await large.real(), 202, RecordedGrant);
  equal(ceiling, "grant");
  const confirmed = await post(world, `credits/grants/${grant_id}/confirm`, pat.as, {});
  data(confirmed, 200, RecordedGrant);
  deepEqual(await after(), ["195000.5", "0"]);
  await proven(world);
});

Deno.test("a dry run of a grant gets the grant's refusal, and is recorded as a read", async () => {
  const [ops, ann] = [await signUpOperator(world), await signUp(world)];
  refused((await dryGrant(ops.as, ops, "1")).dry, 403, "grant_not_allowed");
  refused((await dryGrant(ann.as, ann, "1")).dry, 403, "forbidden");
  refused((await dryGrant(ops.as, ann, "0")).dry, 400, "invalid_request", "amount");
  const { dry, real } = await dryGrant(ops.as, ann, "7", { reference_id: "r", once: true });
  equal(data(dry, 200, GrantPreview).duplicate, undefined);
  data(await real(), 201, Grant);
  const again = await dryGrant(ops.as, ann, "7", { reference_id: "r", once: true });
  const { duplicate, balance_after } = data(again.dry, 200, GrantPreview);
  deepEqual([duplicate, balance_after], [true, "7"]);
  const [row] = await withSql(world, (sql) =>
    sql`
    select count(*)::int as reads from farthing.customer_reads
    where route = 'POST /credits/grants' and author = ${`operator:${ops.id}`}`);
  equal(row!.reads, 2);
  await proven(world);
});
