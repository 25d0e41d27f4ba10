/**
 * A purchase in steps that can be repeated. If a run is killed, the next run finds the same order.
 * The next run pays the order's session only if Stripe says that the session is unpaid.
 */
import { payCheckout } from "@farthing/stripe-emulator/browser";
import { waitFor } from "@farthing/command-line";
import type { z } from "zod";
import { Checkout, Order } from "../../../supabase/functions/_shared/contracts/checkout.ts";
import type { Project } from "../command/project.ts";
import { ask, dataOf } from "./ask.ts";
import type { Customer } from "./customer.ts";
import { requireProjectMode, requireSessionMode } from "./project-mode.ts";

const GRANT_TIMEOUT_MS = 60_000;

/**
 * The time between two requests while waiting. A customer may send only a hundred requests a
 * minute, and the waiting must not use up all of them.
 */
const POLL_MS = 1_000;

export type PaidOrder = z.output<typeof Order>;

/**
 * Opens a checkout. A second call with the same idempotency key returns the same order.
 * @throws Error if the project's mode is not the mode of STRIPE_SECRET_KEY
 */
export async function openCheckout(
  project: Project,
  { as }: Customer,
  packageSlug: string,
  key: string,
): Promise<z.output<typeof Checkout>> {
  await requireProjectMode(project);
  const reply = await ask(project, "checkout", { as, body: { package_id: packageSlug }, key });
  const checkout = dataOf(reply, 201, Checkout);
  requireSessionMode(project, checkout.checkout_session_id);
  return checkout;
}

export async function readOrder(
  project: Project,
  { as }: Customer,
  orderId: string,
): Promise<PaidOrder> {
  return dataOf(await ask(project, `checkout/orders/${orderId}`, { as }), 200, Order);
}

/** Returns an order of any customer; undefined if the project has none with this id. */
export async function orderForBackEnd(
  project: Project,
  orderId: string,
): Promise<PaidOrder | undefined> {
  const reply = await ask(project, `checkout/orders/${orderId}`);
  return reply.status === 404 ? undefined : dataOf(reply, 200, Order);
}

/** Returns the order's session at Stripe; undefined if the order needed none. */
export const sessionOf = async ({ stripe }: Project, { checkout_session_id: id }: PaidOrder) =>
  id === null ? undefined : await stripe.checkout.sessions.retrieve(id);

/** Returns whether a session is paid at Stripe, or needs no payment. */
export async function isPaidAtStripe({ stripe }: Project, sessionId: string): Promise<boolean> {
  const session = await stripe.checkout.sessions.retrieve(sessionId);
  return session.payment_status !== "unpaid";
}

/**
 * Pays a session on the emulator's page, with the test card that the page suggests. Does nothing if
 * the session is already paid.
 * @throws Error if the page refuses
 */
export async function payOnEmulator(
  project: Project,
  { checkout_session_id: id, checkout_url: url }: PaidOrder,
): Promise<void> {
  if (id === null || url === null) return;
  if (await isPaidAtStripe(project, id)) return;
  const { result, message } = await payCheckout(url);
  if (result !== "paid" && !await isPaidAtStripe(project, id)) {
    throw new Error(`The emulator's page refused the card: ${message}`);
  }
}

/** Waits until the webhook has granted the credits. Returns undefined if it takes too long. */
export async function orderPaid(
  project: Project,
  customer: Customer,
  orderId: string,
  timeoutMs = GRANT_TIMEOUT_MS,
): Promise<PaidOrder | undefined> {
  return await waitFor(
    async () => {
      const order = await readOrder(project, customer, orderId);
      return order.paid_at === null ? undefined : order;
    },
    timeoutMs,
    POLL_MS,
  );
}
