/**
 * The last steps of the first dollar: they find its line in a payout and, with --refund, refund it.
 */
import { z } from "zod";
import { waitFor } from "@farthing/command-line";
import { Refund } from "../../../supabase/functions/_shared/contracts/refunds.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import { failed, found, skipped } from "../core/step.ts";
import { ask, dataOf } from "../shared/ask.ts";
import { control } from "../shared/emulator.ts";
import type { PaidOrder } from "../shared/purchase.ts";
import { ownOrder, paidByRun } from "./own-order.ts";
import { judgeLine, type Line, lineOf, payoutsSince } from "./payout-line.ts";

const TIMEOUT_MS = 60_000;

const made = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Returns the day on which Stripe makes the money available for a payout. */
async function availableOn({ project: { stripe }, facts }: Context): Promise<string> {
  const intent = await stripe.paymentIntents.retrieve(facts["first-dollar.payment"] ?? "", {
    expand: ["latest_charge.balance_transaction"],
  });
  const charge = intent.latest_charge;
  const line = charge === null || typeof charge === "string" ? null : charge.balance_transaction;
  if (line === null || line === undefined || typeof line === "string") return "in about two days";
  return `from ${new Date(line.available_on * 1000).toISOString().slice(0, 10)} on`;
}

/**
 * Makes one payout that contains only this payment. If the step is repeated, it finds the payout's
 * id in the facts and makes no second payout.
 */
async function payOut({ project, facts, tell }: Context): Promise<string> {
  const known = facts["first-dollar.payout"];
  if (known !== undefined) return known;
  const body = { payments: [facts["first-dollar.payment"]], release_pending: true };
  const [payout] = made.parse(await control(project, "payouts", body)).data;
  if (payout === undefined) throw new Error("The emulator made no payout of the payment.");
  await tell({ "first-dollar.payout": payout.id });
  return payout.id;
}

/** Makes the payout on the emulator, and waits until the project's report lists the order. */
async function lineOnEmulator(context: Context, orderId: string): Promise<Line | undefined> {
  const payoutId = await payOut(context);
  return await waitFor(
    async () => {
      await ask(context.project, "payment-runner", { method: "POST", body: {} });
      return await lineOf(context.project, payoutId, orderId);
    },
    TIMEOUT_MS,
    500,
  );
}

async function findLine({ project }: Context, order: PaidOrder): Promise<Line | undefined> {
  for (const id of await payoutsSince(project, order.paid_at ?? order.created_at)) {
    const line = await lineOf(project, id, order.order_id);
    if (line !== undefined) return line;
  }
  return undefined;
}

export const payout: GoLiveStep = {
  code: "first-dollar.payout",
  title: "Is the payment a line of a payout?",
  source: "stripe",
  async run(context) {
    const { project } = context;
    const { order } = await ownOrder(context);
    const isEmulated = project.emulatorUrl !== undefined;
    const line = await findLine(context, order) ??
      (isEmulated ? await lineOnEmulator(context, order.order_id) : undefined);
    if (line !== undefined) return judgeLine(line);
    if (isEmulated) {
      const fix = "Compare GET /reports/payouts with Stripe's list, and run the payment runner.";
      return failed(`no payout includes the payment of order ${order.order_id}`, fix);
    }
    return skipped(
      `no payout has the payment yet, Stripe pays it out ${await availableOn(context)}: run the ` +
        "command again some days later, which does not pay again",
    );
  },
};

export const refund: GoLiveStep = {
  code: "first-dollar.refund",
  title: "Does a refund claw the credits back?",
  source: "ledger",
  async run(context) {
    const { project, options } = context;
    if (!options.refunds) return skipped("not asked for: add --refund");
    const { order } = await ownOrder(context);
    if (paidByRun(context) !== undefined && order.status === "refunded") {
      return skipped(`order ${order.order_id} is refunded`);
    }
    const body = { order_id: order.order_id, reason: "go-live test" };
    const reply = await ask(project, "refunds", { body, key: `golive-refund-${order.order_id}` });
    const { refund_id: id } = dataOf(reply, 201, Refund);
    const read = async () => dataOf(await ask(project, `refunds/${id}`), 200, Refund);
    const done = await waitFor(
      async () => {
        const refund = await read();
        return refund.status === "succeeded" ? refund : undefined;
      },
      TIMEOUT_MS,
      250,
    );
    const { status, amount, currency, credits_taken_back: taken } = done ?? await read();
    const evidence = `refund ${id}: ${status}, ${amount} ${currency}, ${taken} credits clawed back`;
    return done !== undefined && Number(taken) === Number(order.total_credits)
      ? found(evidence)
      : failed(evidence, "Look at GET /refunds, and at docs/runbooks/stripe_state_unknown.md.");
  },
};
