/** Steps of a refund: requested by the back end or an operator, and reported by Stripe. */
import type Stripe from "stripe";
import type { z } from "zod";
import { Refund } from "../../../supabase/functions/_shared/contracts/refunds.ts";
import { withDeliveries, withSql } from "../project/database.ts";
import { type Answer, backEnd, type Caller, data, get, post } from "../project/http.ts";
import { type Person, signUp } from "../project/people.ts";
import { balanceOf, buy, readOrder } from "./purchases.ts";
import { stripeOf } from "./stripe.ts";
import { until } from "../project/until.ts";
import type { World } from "../project/world.ts";

export interface Purchase {
  readonly buyer: Person;
  readonly orderId: string;
  /** The id of the payment intent at Stripe. */
  readonly paymentId: string;
}

/** Signs up a user who buys the package Starter: 9,990 credits for 999 cents. */
export async function newPurchase(world: World): Promise<Purchase> {
  const buyer = await signUp(world);
  const { order_id: orderId } = await buy(world, buyer);
  return { buyer, orderId, paymentId: await paymentOf(world, orderId) };
}

async function paymentOf(world: World, orderId: string): Promise<string> {
  const [row] = await withSql(world, (sql) =>
    sql<{ payment_ref: string }[]>`
    select payment_ref from farthing.orders where order_id = ${orderId}`);
  return row!.payment_ref;
}

interface Asked {
  readonly as?: Caller;
  readonly key?: string;
}

/** Requests a refund of an order, of the whole remaining amount by default. */
export function askRefund(
  world: World,
  orderId: string,
  amount?: number,
  { as = backEnd(world), key = crypto.randomUUID() }: Asked = {},
): Promise<Answer> {
  const body = { order_id: orderId, ...(amount !== undefined && { amount }) };
  return post(world, "refunds", as, body, { key });
}

export async function readRefund(world: World, refundId: string): Promise<z.output<typeof Refund>> {
  return data(await get(world, `refunds/${refundId}`, backEnd(world)), 200, Refund);
}

/** Waits until the refund has this status and returns the refund. */
export function refundBecomes(world: World, refundId: string, status: string) {
  return until(`refund ${refundId} is ${status}`, async () => {
    const refund = await readRefund(world, refundId);
    return refund.status === status ? refund : undefined;
  });
}

/** Refunds an order, and waits until Stripe's event has been applied. */
export async function refund(world: World, orderId: string, amount?: number) {
  return await withDeliveries(world, "shared", async () => {
    const { refund_id } = data(await askRefund(world, orderId, amount), 201, Refund);
    return await refundBecomes(world, refund_id, "succeeded");
  });
}

/** Reads a payment's refunds at Stripe, oldest first. */
export async function refundsAtStripe(world: World, paymentId: string): Promise<Stripe.Refund[]> {
  const { data: refunds } = await stripeOf(world).refunds.list({ payment_intent: paymentId });
  return refunds.reverse();
}

/** Describes a purchase in words: the status of the order and the balance of the buyer. */
export async function standing(world: World, { buyer, orderId }: Purchase): Promise<string> {
  const { status } = await readOrder(world, buyer, orderId);
  const { balance, available, debt } = await balanceOf(world, buyer.id);
  return `${status}: balance ${balance}, available ${available}, debt ${debt}`;
}
