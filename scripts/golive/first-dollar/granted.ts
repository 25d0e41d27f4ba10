/** Evidence that the first dollar became credits: the balance, the entry, and the receipt. */
import { z } from "zod";
import { waitFor } from "@farthing/command-line";
import { Balance, Entry } from "../../../supabase/functions/_shared/contracts/credits.ts";
import { ListedNotification } from "../../../supabase/functions/_shared/contracts/notifications.ts";
import { formatMs } from "../../command/format-ms.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import { taskLine } from "../command/task-line.ts";
import { failed, found, skipped, warning } from "../core/step.ts";
import { ask, dataOf } from "../shared/ask.ts";
import { prove } from "../shared/database.ts";
import { orderPaid } from "../shared/purchase.ts";
import { ownOrder, paidByRun } from "./own-order.ts";

const RECEIPT_TIMEOUT_MS = 90_000;

const noCredits = ({ options }: Context): string =>
  `Look for the event: ${taskLine(options, "golive webhook")}, then GET /webhook-events.`;

async function entriesOf({ project }: Context, userId: string, orderId: string) {
  const path = `credits/entries?user_id=${userId}`;
  const entries = dataOf(await ask(project, path), 200, z.array(Entry));
  return entries.filter(({ reference_id: of }) => of === orderId);
}

const sum = (amounts: readonly string[]) => amounts.reduce((all, each) => all + Number(each), 0);

export const credits: GoLiveStep = {
  code: "first-dollar.credits",
  title: "Does the buyer see the credits?",
  source: "credits",
  async run(context) {
    const { project, facts } = context;
    const { buyer, order } = await ownOrder(context);
    if (buyer === undefined) {
      return skipped(`the run ${paidByRun(context)} has paid; the balance may have changed since`);
    }
    const paid = await orderPaid(project, buyer, order.order_id);
    if (paid === undefined) {
      return failed(`order ${order.order_id} is not paid`, noCredits(context));
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
      : failed(evidence, noCredits(context));
  },
};

export const entry: GoLiveStep = {
  code: "first-dollar.entry",
  title: "Is the purchase in the ledger, once?",
  source: "ledger",
  async run(context) {
    const { buyerId, order } = await ownOrder(context);
    const bought = (await entriesOf(context, buyerId, order.order_id))
      .filter(({ kind }) => kind === "purchase" || kind === "bonus");
    const { isClean, evidence: proof } = await prove(context.project);
    const lines = bought.map(({ seq, kind, amount, author: by }) =>
      `entry ${seq}: ${kind} ${amount}, by ${by}`
    );
    const isWhole = sum(bought.map(({ amount }) => amount)) === Number(order.total_credits);
    return isWhole && isClean ? found([...lines, proof]) : failed(
      [...lines, proof],
      "Stop, and compare the entries with the order: docs/runbooks/prove_violation.md.",
    );
  },
};

export const receipt: GoLiveStep = {
  code: "first-dollar.receipt",
  title: "Was the receipt sent?",
  source: "project",
  async run(context) {
    const { buyerId } = await ownOrder(context);
    const path = `notifications?user_id=${buyerId}&template=receipt`;
    const read = async () =>
      dataOf(await ask(context.project, path), 200, z.array(ListedNotification))[0];
    const sent = await waitFor(
      async () => {
        const receipt = await read();
        return receipt?.state === "sent" ? receipt : undefined;
      },
      RECEIPT_TIMEOUT_MS,
      250,
    );
    const last = sent ?? await read();
    const evidence = last === undefined
      ? "no receipt was queued"
      : `receipt ${last.notification_id}: ${last.state} by ${last.sender}, id ${last.provider_id}`;
    // A buyer who has paid real money and gets no receipt complains to the card's bank.
    const lacks = context.project.mode === "live" ? failed : warning;
    return sent !== undefined ? found(evidence) : lacks(
      last?.last_error ? [evidence, last.last_error] : evidence,
      "Look at GET /notifications, and at the runbook docs/runbooks/dead_notifications.md.",
    );
  },
};
