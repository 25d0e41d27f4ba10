/** Keeps what a run has paid when its record is lost: the next run must not pay again. */
import type { Project } from "../command/project.ts";
import { SettingsError } from "../../settings/settings.ts";
import type { Run } from "../core/run-file.ts";
import { isPaidAtStripe, orderForBackEnd } from "../shared/purchase.ts";
import { readPaid, writePaid } from "./paid-record.ts";

/** Returns the session of the order, if Stripe has its money. */
async function paidSession(project: Project, orderId: string): Promise<string | undefined> {
  const session = (await orderForBackEnd(project, orderId))?.checkout_session_id;
  return session && await isPaidAtStripe(project, session) ? session : undefined;
}

/**
 * Stores the purchase of a run that is not gone on with, if somebody has paid its page.
 * @throws SettingsError if Stripe or the project can't be asked: nobody knows then whether it was paid
 */
export async function keepPaid(project: Project, { id: run, facts }: Run): Promise<void> {
  const [order, buyer] = [facts["first-dollar.order"], facts["first-dollar.buyer"]];
  // An order that an earlier run has paid has its record.
  if (!order || !buyer || facts["first-dollar.paid-by"]) return;
  if ((await readPaid(project))?.order === order) return;
  const session = await paidSession(project, order).catch((error: Error) => {
    throw new SettingsError(
      `Whether order ${order} of the last run was paid is not known: ${error.message} Try again.`,
    );
  });
  if (session === undefined) return;
  await writePaid(project, { run, order, buyer, session, paidAt: new Date().toISOString() });
}
