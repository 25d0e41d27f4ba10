/** Evidence that the first dollar became credits: the balance, and the entry in the ledger. */
import { z } from "zod";
import { Balance, Entry } from "../../../supabase/functions/_shared/contracts/credits.ts";
import { formatMs } from "../../command/format-ms.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import { taskLine } from "../command/task-line.ts";
import { failed, type Finding, found, skipped } from "../core/step.ts";
import { ask, dataOf } from "../shared/ask.ts";
import { prove } from "../shared/database.ts";
import { orderPaid, readOrder } from "../shared/purchase.ts";
import { ownOrder, paidByRun } from "./own-order.ts";

/**
 * Returns a failed finding that makes the run stop sales. Call it only if data from the project
 * shows that the credits are missing or wrong. An error shows nothing about the credits.
 */
const owing = (evidence: string | readonly string[], fix: string): Finding => ({
  ...failed(evidence, fix),
  owes: true,
});

const noCredits = ({ options }: Context): string =>
  `Look for the event: ${taskLine(options, "golive webhook")}, then GET /webhook-events.`;

async function entriesOf({ project }: Context, userId: string, orderId: string) {
  const path = `credits/entries?user_id=${userId}`;
  const entries = dataOf(await ask(project, path), 200, z.array(Entry));
  return entries.filter(({ reference_id: of }) => of === orderId);
}

const sum = (amounts: readonly string[]) => amounts.reduce((all, each) => all + Number(each), 0);

/** @param timeoutMs how long the webhook may take; by default a minute */
export const creditsWithin = (timeoutMs?: number): GoLiveStep => ({
  code: "first-dollar.credits",
  title: "Does the buyer see the credits?",
  source: "credits",
  async run(context) {
    const { project, facts } = context;
    const { buyer, order } = await ownOrder(context);
    if (buyer === undefined) {
      return skipped(
        `run ${paidByRun(context)} has paid this order, and the balance may have changed since`,
      );
    }
    // `orderPaid` returns undefined if the order is not paid in time, and also if the project never
    // responded. In the second case `readOrder` throws.
    const paid = await orderPaid(project, buyer, order.order_id, timeoutMs) ??
      await readOrder(project, buyer, order.order_id);
    if (paid.paid_at === null) {
      return owing(`order ${order.order_id} is not paid`, noCredits(context));
    }
    const { balance } = dataOf(await ask(project, "credits", { as: buyer.as }), 200, Balance);
    const entries = await entriesOf(context, buyer.id, order.order_id);
    const [entry] = entries;
    const charged = Number(facts["first-dollar.charged"] ?? "0") * 1000;
    const took = entry === undefined || charged === 0
      ? "unknown"
      : formatMs(Math.max(0, Date.parse(entry.created_at) - charged));
    const evidence = [
      `balance ${balance}, of which ${paid.total_credits} by this order`,
      `from the payment to the credits: ${took} (Stripe's clock counts whole seconds)`,
    ];
    return Number(balance) >= Number(paid.total_credits)
      ? found(evidence)
      : owing(evidence, noCredits(context));
  },
});

export const credits = creditsWithin();

export const entry: GoLiveStep = {
  code: "first-dollar.entry",
  title: "Is the purchase in the ledger, once?",
  source: "ledger",
  async run(context) {
    const { buyerId, order } = await ownOrder(context);
    const bought = (await entriesOf(context, buyerId, order.order_id))
      .filter(({ kind }) => kind === "purchase" || kind === "bonus");
    const lines = bought.map(({ seq, kind, amount, author: by }) =>
      `entry ${seq}: ${kind} ${amount}, by ${by}`
    );
    const booked = sum(bought.map(({ amount }) => amount));
    // The entries are checked before the proof, which can fail for reasons other than this
    // purchase.
    if (booked !== Number(order.total_credits)) {
      return owing(
        [
          ...lines,
          `the entries add up to ${booked} credits, and the order has ${order.total_credits}`,
        ],
        "Stop the sales, and compare the entries with the order: docs/runbooks/prove_violation.md.",
      );
    }
    const { isClean, evidence: proof } = await prove(context.project);
    return isClean ? found([...lines, proof]) : failed(
      [...lines, proof],
      "The order's entries are right, and the violation may be older than this purchase: " +
        "docs/runbooks/prove_violation.md.",
    );
  },
};
