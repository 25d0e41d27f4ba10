/** The first dollar: from the checkout to the money at Stripe. It is paid once, also after a kill. */
import { print, printError, waitFor } from "@farthing/command-line";
import type { Context, GoLiveStep } from "../command/context.ts";
import { failed, found } from "../core/step.ts";
import { type Customer, customerOf } from "../shared/customer.ts";
import {
  isPaidAtStripe,
  openCheckout,
  type PaidOrder,
  payOnEmulator,
  readOrder,
} from "../shared/purchase.ts";

/** How long a person may take to pay on the page. */
const PERSON_TIMEOUT_MS = 30 * 60_000;

const buyerOf = (context: Context): Promise<Customer> =>
  customerOf(context, "buyer", context.options.email);

/** Returns the run's order with its buyer. */
export async function ownOrder(context: Context): Promise<{ buyer: Customer; order: PaidOrder }> {
  const buyer = await buyerOf(context);
  const id = context.facts["first-dollar.order"];
  if (id === undefined) throw new Error("The run has no order: begin anew with --again.");
  return { buyer, order: await readOrder(context.project, buyer, id) };
}

const money = (amount: number, currency: string) =>
  `${(amount / 100).toFixed(2)} ${currency.toUpperCase()}`;

export const checkout: GoLiveStep = {
  code: "first-dollar.checkout",
  title: "Does a customer get a checkout?",
  source: "stripe",
  async run(context) {
    const { project, options, run, facts, tell } = context;
    const buyer = await buyerOf(context);
    const known = facts["first-dollar.order"];
    const order = known === undefined
      ? await openCheckout(project, buyer, options.packageSlug, `golive-first-dollar-${run}`)
      : await readOrder(project, buyer, known);
    const { order_id, checkout_session_id: session, package_name: name, total_credits } = order;
    await tell({ "first-dollar.order": order_id, "first-dollar.buyer": buyer.id });
    const price = money(order.amount, order.currency);
    return found([
      `order ${order_id}: ${name} ${price} for ${total_credits} credits`,
      `${session}`,
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

export const payment: GoLiveStep = {
  code: "first-dollar.payment",
  title: "Does Stripe take the payment?",
  source: "stripe",
  async run(context) {
    const { project, tell } = context;
    const { order } = await ownOrder(context);
    if (project.emulatorUrl !== undefined) await payOnEmulator(project, order);
    else if (!await paidByPerson(context, order)) {
      return failed(
        "the page was not paid within 30 minutes",
        "Run the command again: it goes on with this order, or with a new one if it has expired.",
      );
    }
    const { stripe } = project;
    const session = await stripe.checkout.sessions.retrieve(order.checkout_session_id ?? "", {
      expand: ["payment_intent.latest_charge"],
    });
    const intent = session.payment_intent;
    if (intent === null || typeof intent === "string") {
      return found(`session ${session.id} is paid`);
    }
    const charge = typeof intent.latest_charge === "string" ? null : intent.latest_charge;
    await tell({
      "first-dollar.payment": intent.id,
      "first-dollar.charged": String(charge?.created ?? intent.created),
    });
    const amount = money(intent.amount_received, intent.currency);
    return found(`${intent.id}: ${amount}, ${intent.status}, livemode ${intent.livemode}`);
  },
};
