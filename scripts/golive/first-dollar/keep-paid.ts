/** Stores a run's purchase before its record is lost: the next run must not pay again. */
import type Stripe from "stripe";
import type { Project } from "../command/project.ts";
import { SettingsError } from "../../project/project-settings.ts";
import type { Run } from "../core/run-file.ts";
import { orderForBackEnd, sessionOf } from "../shared/purchase.ts";
import { readPaid, writePaid } from "./paid-record.ts";

/**
 * Whether the buyer has finished the checkout. With a delayed payment method, the session is
 * complete but unpaid until the bank has sent the money.
 */
const isBought = ({ status, payment_status }: Stripe.Checkout.Session): boolean =>
  payment_status !== "unpaid" || status === "complete";

/** Returns the order that this run has opened, and its buyer; undefined if it has opened none. */
function ownOrderIn({ facts }: Run) {
  const [order, buyer] = [facts["first-dollar.order"], facts["first-dollar.buyer"]];
  return order && buyer && !facts["first-dollar.paid-by"] ? { order, buyer } : undefined;
}

async function sessionOfOrder(project: Project, orderId: string) {
  const order = await orderForBackEnd(project, orderId);
  return order && await sessionOf(project, order);
}

/**
 * Stores the purchase of a run that is not resumed, if somebody has paid on its checkout page.
 * @param isLost whether the run's record is lost. If so, expires an open checkout page, so that
 *   nobody can pay on it
 * @throws SettingsError if Stripe or the project can't say whether the order was paid
 */
export async function keepPaid(project: Project, run: Run, isLost = true): Promise<void> {
  const own = ownOrderIn(run);
  if (own === undefined || (await readPaid(project))?.order === own.order) return;
  const session = await sessionOfOrder(project, own.order).catch((error: Error) => {
    throw new SettingsError(
      `It is not known whether order ${own.order} of the last run was paid: ${error.message} ` +
        "Run the command again.",
    );
  });
  if (session === undefined) return;
  if (isBought(session)) {
    const paidAt = new Date().toISOString();
    await writePaid(project, { run: run.id, ...own, session: session.id, paidAt });
  } else if (isLost && session.status === "open") {
    await project.stripe.checkout.sessions.expire(session.id);
  }
}

/**
 * Refuses --buy-again while the last run is unfinished. A failed step says "run the command again",
 * so a person may repeat a command line that contains --buy-again. This must not cause another
 * purchase.
 * @throws SettingsError if the last run has an order of its own
 */
export function requireEnded(run: Run): void {
  if (ownOrderIn(run) === undefined) return;
  throw new SettingsError(
    "The last run opened an order and is not finished. To finish it, leave out --buy-again. To begin " +
      "anew, replace --buy-again by --again.",
  );
}
