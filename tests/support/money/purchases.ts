/** Steps of a buyer: checkout, payment, orders and balance. */
import { z } from "zod";
import { type Buyer, payCheckout } from "@farthing/stripe-emulator/browser";
import { Balance } from "../../../supabase/functions/_shared/contracts/credits.ts";
import {
  Checkout,
  Order,
  Package,
} from "../../../supabase/functions/_shared/contracts/checkout.ts";
import { withDeliveries, withSql } from "../project/database.ts";
import { backEnd, data, get, nobody, post } from "../project/http.ts";
import type { Person } from "../project/people.ts";
import { until } from "../project/until.ts";
import type { World } from "../project/world.ts";

export type OpenCheckout = z.output<typeof Checkout>;

export async function packageNamed(world: World, name: string): Promise<z.output<typeof Package>> {
  const packages = data(await get(world, "checkout/packages", nobody), 200, z.array(Package));
  const found = packages.find((each) => each.name === name);
  if (!found) throw new Error(`the package ${name} is not on sale`);
  return found;
}

/** Opens a checkout for a seeded package. */
export async function openCheckout(
  world: World,
  buyer: Person,
  name = "Starter",
): Promise<OpenCheckout> {
  const { id } = await packageNamed(world, name);
  return data(await post(world, "checkout", buyer.as, { package_id: id }), 201, Checkout);
}

export async function readOrder(world: World, buyer: Person, orderId: string) {
  return data(await get(world, `checkout/orders/${orderId}`, buyer.as), 200, Order);
}

/** Waits until the order has this status and returns the order. */
export function orderBecomes(world: World, buyer: Person, orderId: string, status: string) {
  return until(`order ${orderId} is ${status}`, async () => {
    const order = await readOrder(world, buyer, orderId);
    return order.status === status ? order : undefined;
  });
}

/**
 * Buys a package: pays on the hosted page, and waits until the webhook has set the order to `paid`.
 */
export async function buy(world: World, buyer: Person, name = "Starter", browser: Buyer = {}) {
  const checkout = await openCheckout(world, buyer, name);
  return await withDeliveries(world, "shared", async () => {
    const paid = await payCheckout(checkout.checkout_url, undefined, browser);
    if (paid.result !== "paid") throw new Error(`the page refused: ${paid.message}`);
    return await orderBecomes(world, buyer, checkout.order_id, "paid");
  });
}

/** Reads a user's balance with the back end's key. */
export async function balanceOf(world: World, userId: string) {
  return data(await get(world, `credits?user_id=${userId}`, backEnd(world)), 200, Balance);
}

/** Reads a buyer's orders from the database, each with the id of its checkout session at Stripe. */
export async function ordersOf(world: World, buyer: Pick<Person, "id">) {
  const rows = await withSql(world, (sql) =>
    sql<{ order_id: string; session_id: string | null }[]>`
    select order_id, session_id from farthing.orders o join farthing.accounts a using (account_id)
    where a.owner_id = ${buyer.id}`);
  return rows.map((row) => ({ ...row }));
}
