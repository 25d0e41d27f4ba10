/** The payment of the first dollar, by a person or on the emulator. Nobody pays twice. */
import { print, printError, waitFor } from "@farthing/command-line";
import type { Context, GoLiveStep } from "../command/context.ts";
import { failed, type Finding } from "../core/step.ts";
import { isPaidAtStripe, type PaidOrder, payOnEmulator } from "../shared/purchase.ts";
import { judgeAmount } from "./amount.ts";
import { requireMode } from "./checkout.ts";
import { ownOrder, paidByRun } from "./own-order.ts";
import { writePaid } from "./paid-record.ts";

/** How long a person may take to pay on the checkout page. */
const PERSON_TIMEOUT_MS = 30 * 60_000;

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
  // When the time is over, `waitFor` returns no result and gives no reason. If Stripe does not
  // respond, this last call throws the reason.
  return paid ?? await isPaidAtStripe(context.project, checkout_session_id);
}

/**
 * Pays on the emulator. Without an emulator, waits for a person to pay. Does neither if an earlier
 * run has paid. Returns whether Stripe has the money.
 */
async function isPaid(context: Context, order: PaidOrder): Promise<boolean> {
  const { project } = context;
  const id = order.checkout_session_id ?? "";
  if (paidByRun(context) !== undefined) return await isPaidAtStripe(project, id);
  if (project.emulatorUrl === undefined) return await paidByPerson(context, order);
  await payOnEmulator(project, order);
  return true;
}

/** Records the payment, and compares the amount that Stripe took with the order's price. */
async function settled(context: Context, order: PaidOrder, buyerId: string): Promise<Finding> {
  const { project, run, tell } = context;
  const { order_id, checkout_session_id } = order;
  const sessionId = checkout_session_id ?? "";
  // The record is written first, so that no later run pays again if anything fails after this.
  if (paidByRun(context) === undefined) {
    const paidAt = new Date().toISOString();
    await writePaid(project, { run, order: order_id, buyer: buyerId, session: sessionId, paidAt });
  }
  const session = await project.stripe.checkout.sessions.retrieve(sessionId, {
    expand: ["payment_intent.latest_charge"],
  });
  requireMode(project, session);
  const intent = session.payment_intent;
  // A session that a promotion code made free has no payment.
  if (intent === null || typeof intent === "string") return judgeAmount(order, session, null);
  requireMode(project, intent);
  const charge = typeof intent.latest_charge === "string" ? null : intent.latest_charge;
  await tell({
    "first-dollar.payment": intent.id,
    "first-dollar.charged": String(charge?.created ?? intent.created),
  });
  return judgeAmount(order, session, intent);
}

export const payment: GoLiveStep = {
  code: "first-dollar.payment",
  title: "Does Stripe take the payment?",
  source: "stripe",
  async run(context) {
    const { order, buyerId } = await ownOrder(context);
    if (!await isPaid(context, order)) {
      return failed(
        "the checkout page was not paid within 30 minutes",
        "Run the command again: it goes on with this order, or with a new one if it has expired.",
      );
    }
    try {
      return await settled(context, order, buyerId);
    } catch (error) {
      // Without the beginning of this message, a reader would think that the error came before the
      // payment.
      throw new Error(
        `Stripe has the money of order ${order.order_id}, but a check after the payment failed, ` +
          `so it is unknown whether the buyer has the credits: ${
            error instanceof Error ? error.message : String(error)
          }`,
      );
    }
  },
};
