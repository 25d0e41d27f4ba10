/** An order that is opened before the dump and paid after it. */
import { taskLine } from "../command/task-line.ts";
import type { GoLiveStep } from "../command/context.ts";
import { failed, found, skipped } from "../core/step.ts";
import { customerOf } from "../shared/customer.ts";
import { NO_EMULATOR } from "../shared/emulator.ts";
import { isOnForAll, NOT_ON_SALE } from "../shared/flags.ts";
import { openCheckout, orderPaid, payOnEmulator, readOrder } from "../shared/purchase.ts";
import { findPgDump } from "./find-tools.ts";

/**
 * Opens an order before the dump. It is paid after the dump, so a restored ledger must fetch its
 * event from Stripe.
 */
export const order: GoLiveStep = {
  code: "snapshot.order",
  title: "Is an order open that will be paid after the snapshot?",
  source: "credits",
  async run(context) {
    const { project, options, run, tell } = context;
    const tools = await findPgDump(project);
    if (typeof tools === "string") return skipped(tools);
    if (project.emulatorUrl === undefined) return skipped(`A purchase ${NO_EMULATOR}.`);
    if (!await isOnForAll(project, "b2c")) return skipped(NOT_ON_SALE);
    const customer = await customerOf(context, "snapshot");
    const key = `golive-snapshot-${run}`;
    const { order_id } = await openCheckout(project, customer, options.packageSlug, key);
    await tell({ "snapshot.order": order_id, "snapshot.customer": customer.id });
    return found(`order ${order_id} is open`);
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
