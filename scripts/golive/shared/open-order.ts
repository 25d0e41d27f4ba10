/**
 * Opens an order in the group of steps `rollback` or `snapshot`. A later step of the group pays it.
 */
import type { Context } from "../command/context.ts";
import { type Finding, found, skipped } from "../core/step.ts";
import { customerOf } from "./customer.ts";
import { NO_EMULATOR } from "./emulator.ts";
import { isOnForAll, NOT_ON_SALE } from "./flags.ts";
import { openCheckout } from "./purchase.ts";

/**
 * Opens an order of the group's own customer, and stores its id as the fact `<group>.order`. Skipped
 * without the emulator, because a program can't pay on Stripe's own page.
 */
export async function openOrder(
  context: Context,
  group: "rollback" | "snapshot",
): Promise<Finding> {
  const { project, options, run, tell } = context;
  if (project.emulatorUrl === undefined) return skipped(`A purchase ${NO_EMULATOR}.`);
  if (!await isOnForAll(project, "b2c")) return skipped(NOT_ON_SALE);
  const customer = await customerOf(context, group);
  const key = `golive-${group}-${run}`;
  const { order_id } = await openCheckout(project, customer, options.packageSlug, key);
  await tell({ [`${group}.order`]: order_id });
  return found(`order ${order_id} is open`);
}
