/** An order that is opened before the dump and paid after it. */
import { taskLine } from "../command/task-line.ts";
import type { GoLiveStep } from "../command/context.ts";
import { failed, found, skipped } from "../core/step.ts";
import { customerOf } from "../shared/customer.ts";
import { openOrder } from "../shared/open-order.ts";
import { orderPaid, payOnEmulator, readOrder } from "../shared/purchase.ts";
import { findPgDump } from "./find-tools.ts";

/**
 * Opens an order before the dump. The order is paid after the dump, so the restored ledger lacks
 * the payment and must fetch its event from Stripe.
 */
export const order: GoLiveStep = {
  code: "snapshot.order",
  title: "Is an order open that will be paid after the snapshot?",
  source: "credits",
  async run(context) {
    const tools = await findPgDump(context.project);
    return typeof tools === "string" ? skipped(tools) : await openOrder(context, "snapshot");
  },
};

export const payment: GoLiveStep = {
  code: "snapshot.payment",
  title: "Is the order paid after the snapshot?",
  source: "stripe",
  async run(context) {
    const { project, facts } = context;
    const id = facts["snapshot.order"];
    if (id === undefined) return skipped("no order is open");
    const customer = await customerOf(context, "snapshot");
    await payOnEmulator(project, await readOrder(project, customer, id));
    const paid = await orderPaid(project, customer, id);
    return paid === undefined
      ? failed(
        `order ${id} is not paid`,
        `Look for the order's event: ${taskLine(context.options, "golive webhook")}.`,
      )
      : found(`order ${id}: ${paid.status} at ${paid.paid_at}, ${paid.total_credits} credits`);
  },
};
