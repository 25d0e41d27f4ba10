/**
 * Opens the order that the next step pays. If the run is killed and resumed, this step does not
 * open a second order.
 */
import type Stripe from "stripe";
import type { Context, GoLiveStep } from "../command/context.ts";
import type { Project } from "../command/project.ts";
import { found } from "../core/step.ts";
import { openCheckout, type PaidOrder, readOrder, sessionOf } from "../shared/purchase.ts";
import { money } from "./amount.ts";
import { buyerOf, paidBefore, paidByRun } from "./own-order.ts";

/** @throws Error if Stripe's object is of a different mode than STRIPE_SECRET_KEY */
export function requireMode(
  { mode }: Pick<Project, "mode">,
  { id, livemode }: { readonly id: string; readonly livemode: boolean },
): void {
  if (livemode === (mode === "live")) return;
  throw new Error(
    `${id} has livemode ${livemode}, but STRIPE_SECRET_KEY is a ${mode} key: use the keys of one mode.`,
  );
}

/** Whether the order is unpaid, and nobody can pay it any more. */
export function isOver(
  order: Pick<PaidOrder, "status" | "paid_at">,
  session: Pick<Stripe.Checkout.Session, "status" | "payment_status"> | undefined,
): boolean {
  if (order.paid_at !== null || (session && session.payment_status !== "unpaid")) return false;
  return order.status === "expired" || order.status === "failed" || session?.status === "expired";
}

/**
 * Returns the order to pay. Opens an order if the run has none, or if its order's checkout page
 * expired unpaid.
 */
async function payableOrder(context: Context) {
  const { project, options, run, facts } = context;
  const buyer = await buyerOf(context);
  const known = facts["first-dollar.order"];
  const isOwn = known !== undefined && paidByRun(context) === undefined;
  const open = (key: string) => openCheckout(project, buyer, options.packageSlug, key);
  const key = `golive-first-dollar-${run}`;
  const order = isOwn ? await readOrder(project, buyer, known) : await open(key);
  const session = await sessionOf(project, order);
  if (!isOver(order, session)) return { buyer, order, session };
  // The idempotency key contains the id of the expired order. A run that was killed here and
  // resumed therefore gets the same new order again.
  const next = await open(`${key}-${order.order_id}`);
  return { buyer, order: next, session: await sessionOf(project, next) };
}

export const checkout: GoLiveStep = {
  code: "first-dollar.checkout",
  title: "Does a customer get a checkout?",
  source: "stripe",
  isRepeated: true,
  async run(context) {
    const { project, options, tell } = context;
    const before = await paidBefore(context);
    if (before !== undefined) {
      return found(
        `order ${before.order_id} was paid at ${before.paid_at}, so nothing is bought. ` +
          "To buy one more, add --buy-again",
      );
    }
    if (options.buysAgain) await tell({ "first-dollar.again": "yes" });
    const { buyer, order, session } = await payableOrder(context);
    const { order_id, package_name: name, total_credits } = order;
    await tell({
      ...{ "first-dollar.order": order_id, "first-dollar.buyer": buyer.id },
      "first-dollar.paid-by": "",
    });
    if (session !== undefined) requireMode(project, session);
    const price = money(order.amount, order.currency);
    return found([
      `order ${order_id}: ${name} ${price} for ${total_credits} credits`,
      `${session?.id ?? "no session"}`,
    ]);
  },
};
