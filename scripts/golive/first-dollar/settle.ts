/** The end of the first dollar: the line of its payout, and its refund if the caller asks for it. */
import { z } from "zod";
import { waitFor } from "@farthing/command-line";
import { Refund } from "../../../supabase/functions/_shared/contracts/refunds.ts";
import { PayoutReport } from "../../../supabase/functions/_shared/contracts/reports/payouts.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import { failed, type Finding, found, skipped } from "../core/step.ts";
import { ask, dataOf } from "../shared/ask.ts";
import { control } from "../shared/emulator.ts";
import { ownOrder } from "./buy.ts";

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

/** Makes a payout of this payment alone, once: a repeat finds the payout in the facts. */
async function payOut({ project, facts, tell }: Context): Promise<string> {
  const known = facts["first-dollar.payout"];
  if (known !== undefined) return known;
  const body = { payments: [facts["first-dollar.payment"]], release_pending: true };
  const [payout] = made.parse(await control(project, "payouts", body)).data;
  if (payout === undefined) throw new Error("The emulator made no payout of the payment.");
  await tell({ "first-dollar.payout": payout.id });
  return payout.id;
}

async function payoutLine(context: Context, payoutId: string): Promise<Finding> {
  const { project, facts } = context;
  const line = await waitFor(
    async () => {
      await ask(project, "payment-runner", { method: "POST", body: {} });
      const reply = await ask(project, `reports/payouts/${payoutId}`);
      const { rows } = dataOf(reply, 200, PayoutReport);
      return rows.find((row) => row.order_id === facts["first-dollar.order"]);
    },
    TIMEOUT_MS,
    500,
  );
  if (line === undefined) {
    return failed(
      `payout ${payoutId} has no line of the order`,
      `Compare GET /reports/payouts/${payoutId} with Stripe's list, and run the payment runner.`,
    );
  }
  const { balance_transaction_id: id, gross, net, currency, matched } = line;
  return found(
    `payout ${payoutId}, ${id}: gross ${gross}, net ${net} ${currency}, matched ${matched}`,
  );
}

export const payout: GoLiveStep = {
  code: "first-dollar.payout",
  title: "Is the payment a line of a payout?",
  source: "stripe",
  async run(context) {
    if (context.project.emulatorUrl !== undefined) {
      return await payoutLine(context, await payOut(context));
    }
    const when = await availableOn(context);
    return skipped(`Stripe pays the money out ${when}: look at GET /reports/payouts then.`);
  },
};

export const refund: GoLiveStep = {
  code: "first-dollar.refund",
  title: "Does a refund claw the credits back?",
  source: "ledger",
  async run(context) {
    const { project, run, options } = context;
    if (!options.refunds) return skipped("not asked for: add --refund");
    const { order } = await ownOrder(context);
    const body = { order_id: order.order_id, reason: "go-live test" };
    const reply = await ask(project, "refunds", { body, key: `golive-refund-${run}` });
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
