/** The first dollar: from the checkout to the money at Stripe. It is paid once, also after a kill. */
import type Stripe from "stripe";
import { print, printError, waitFor } from "@farthing/command-line";
import type { Context, GoLiveStep } from "../command/context.ts";
import type { Project } from "../command/project.ts";
import { failed, found } from "../core/step.ts";
import {
  isPaidAtStripe,
  openCheckout,
  type PaidOrder,
  payOnEmulator,
  readOrder,
} from "../shared/purchase.ts";
import { buyerOf, ownOrder, paidBefore, paidByRun } from "./own-order.ts";
import { writePaid } from "./paid-record.ts";

/** How long a person may take to pay on the page. */
const PERSON_TIMEOUT_MS = 30 * 60_000;

const money = (amount: number, currency: string) =>
  `${(amount / 100).toFixed(2)} ${currency.toUpperCase()}`;

/** @throws Error if Stripe's object belongs to the other mode than the key of the settings */
export function requireMode(
  { mode }: Pick<Project, "mode">,
  { id, livemode }: { readonly id: string; readonly livemode: boolean },
): void {
  if (livemode === (mode === "live")) return;
  throw new Error(`${id} has livemode ${livemode}, but STRIPE_SECRET_KEY is a ${mode} key.`);
}

/** Whether nobody can pay this order any more. */
export function isOver(
  order: Pick<PaidOrder, "status" | "paid_at">,
  session: Pick<Stripe.Checkout.Session, "status" | "payment_status"> | undefined,
): boolean {
  if (order.paid_at !== null || (session && session.payment_status !== "unpaid")) return false;
  return order.status === "expired" || order.status === "failed" || session?.status === "expired";
}

const sessionOf = async ({ stripe }: Project, { checkout_session_id: id }: PaidOrder) =>
  id === null ? undefined : await stripe.checkout.sessions.retrieve(id);

/** Opens the run's order, or reads it; a new one if the page of the old one has expired unpaid. */
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
  // The key names the old order, so that a repeat after a kill finds the new one.
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
        `order ${before.order_id} was paid at ${before.paid_at}, so nothing is bought: --buy-again buys`,
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

async function paidByPerson(context: Context, { checkout_session_id, checkout_url }: PaidOrder) {
  if (checkout_session_id === null) return false;
  if (await isPaidAtStripe(context.project, checkout_session_id)) return true;
  const say = context.options.isJson ? printError : print;
  say(`\nPay on this page; the command goes on by itself:\n${checkout_url}\n`);
  const paid = await waitFor(
    async () => await isPaidAtStripe(context.project, checkout_session_id) || undefined,
    PERSON_TIMEOUT_MS,
    2000,
  );
  return paid === true;
}

/** Returns whether Stripe has the money, after the purchase of this run or of an earlier one. */
async function isPaid(context: Context, order: PaidOrder): Promise<boolean> {
  const { project } = context;
  const id = order.checkout_session_id ?? "";
  if (paidByRun(context) !== undefined) return await isPaidAtStripe(project, id);
  if (project.emulatorUrl === undefined) return await paidByPerson(context, order);
  await payOnEmulator(project, order);
  return true;
}

export const payment: GoLiveStep = {
  code: "first-dollar.payment",
  title: "Does Stripe take the payment?",
  source: "stripe",
  async run(context) {
    const { project, run, tell } = context;
    const { order, buyerId } = await ownOrder(context);
    if (!await isPaid(context, order)) {
      return failed(
        "the page was not paid within 30 minutes",
        "Run the command again: it goes on with this order, or with a new one if it has expired.",
      );
    }
    const sessionId = order.checkout_session_id ?? "";
    // Before all else: whatever happens from here on, no later run may pay again.
    if (paidByRun(context) === undefined) {
      const paidAt = new Date().toISOString();
      const { order_id } = order;
      await writePaid(project, {
        run,
        order: order_id,
        buyer: buyerId,
        session: sessionId,
        paidAt,
      });
    }
    const session = await project.stripe.checkout.sessions.retrieve(sessionId, {
      expand: ["payment_intent.latest_charge"],
    });
    requireMode(project, session);
    const intent = session.payment_intent;
    if (intent === null || typeof intent === "string") {
      return found(`session ${session.id} is paid`);
    }
    requireMode(project, intent);
    const charge = typeof intent.latest_charge === "string" ? null : intent.latest_charge;
    await tell({
      "first-dollar.payment": intent.id,
      "first-dollar.charged": String(charge?.created ?? intent.created),
    });
    const amount = money(intent.amount_received, intent.currency);
    return found(`${intent.id}: ${amount}, ${intent.status}, livemode ${intent.livemode}`);
  },
};
