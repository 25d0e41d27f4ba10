/**
 * The order of a run. If an earlier run has paid an order, the run uses that order, so that nobody
 * pays twice. Otherwise the run opens an order.
 */
import type { Context } from "../command/context.ts";
import { type Customer, customerOf } from "../shared/customer.ts";
import { orderForBackEnd, type PaidOrder, readOrder } from "../shared/purchase.ts";
import { readPaid } from "./paid-record.ts";

export const buyerOf = (context: Context): Promise<Customer> =>
  customerOf(context, "buyer", context.options.email);

/**
 * Returns the id of the earlier run that has paid this run's order; undefined if this run pays its
 * own order.
 */
export const paidByRun = ({ facts }: Pick<Context, "facts">): string | undefined =>
  facts["first-dollar.paid-by"] || undefined;

/** Whether this call, or an earlier call of the same run, has the option --buy-again. */
const buysAgain = ({ options, facts }: Context): boolean =>
  options.buysAgain || facts["first-dollar.again"] === "yes";

/**
 * Returns the order that an earlier run has paid, and stores its id and buyer as facts of this run.
 * The order may be of any age, because the first payout of a Stripe account can take two weeks.
 */
export async function paidBefore(context: Context): Promise<PaidOrder | undefined> {
  const { project, run, tell } = context;
  if (buysAgain(context)) return undefined;
  const paid = await readPaid(project);
  if (paid === undefined || paid.run === run) return undefined;
  const order = await orderForBackEnd(project, paid.order);
  // A stack on this machine may have been reset since the payment. It then has no such order.
  if (order === undefined && project.emulatorUrl !== undefined) return undefined;
  if (order === undefined) {
    throw new Error(
      `Order ${paid.order} was paid at ${paid.paidAt}, but is not in this project: ` +
        "add --buy-again to buy once more.",
    );
  }
  await tell({
    "first-dollar.order": paid.order,
    "first-dollar.buyer": paid.buyer,
    "first-dollar.paid-by": paid.run,
  });
  return order;
}

interface OwnOrder {
  readonly buyerId: string;
  /**
   * The signed-in buyer; undefined if an earlier run has paid, because this run can't sign in the
   * buyer of that run.
   */
  readonly buyer: Customer | undefined;
  readonly order: PaidOrder;
}

/** Returns the run's order with its buyer. @throws Error if there is none */
export async function ownOrder(context: Context): Promise<OwnOrder> {
  const { project, facts } = context;
  const id = facts["first-dollar.order"];
  if (id === undefined) throw new Error("The run has no order: add --again to begin anew.");
  if (paidByRun(context) === undefined) {
    const buyer = await buyerOf(context);
    return { buyerId: buyer.id, buyer, order: await readOrder(project, buyer, id) };
  }
  const order = await orderForBackEnd(project, id);
  if (order === undefined) {
    throw new Error(
      `Order ${id}, which an earlier run paid, is not in this project: add --again to begin anew.`,
    );
  }
  return { buyerId: facts["first-dollar.buyer"] ?? "", buyer: undefined, order };
}
