/** The money that Stripe took, compared with the order's price. */
import type Stripe from "stripe";
import { failed, type Finding, found } from "../core/step.ts";
import type { PaidOrder } from "../shared/purchase.ts";

export const money = (amount: number, currency: string): string =>
  `${(amount / 100).toFixed(2)} ${currency.toUpperCase()}`;

type Session = Pick<
  Stripe.Checkout.Session,
  "id" | "amount_total" | "currency" | "total_details" | "payment_status"
>;
type Intent = Pick<
  Stripe.PaymentIntent,
  "id" | "amount_received" | "currency" | "status" | "livemode"
>;

/**
 * Compares the amount of a paid checkout session with the order's price.
 * @param intent null if the session needed no payment
 */
export function judgeAmount(
  order: Pick<PaidOrder, "amount" | "currency">,
  session: Session,
  intent: Intent | null,
): Finding {
  const amount = intent?.amount_received ?? session.amount_total ?? 0;
  const currency = intent?.currency ?? session.currency ?? order.currency;
  const took = money(amount, currency);
  const evidence = intent === null
    ? `session ${session.id}: ${took}, ${session.payment_status}`
    : `${intent.id}: ${took}, ${intent.status}, livemode ${intent.livemode}`;
  if (amount === 0) {
    return failed(
      [evidence, "Stripe took no money, so this is not a first dollar"],
      "Run the command again with --buy-again, and enter no promotion code that leaves nothing to pay.",
    );
  }
  if (amount === order.amount && currency === order.currency) return found(evidence);
  const price = `the price is ${money(order.amount, order.currency)}`;
  const { amount_discount: discount = 0, amount_tax: tax = 0 } = session.total_details ?? {};
  const net = order.amount - discount;
  // `net` already contains the tax if the price includes it. Otherwise Stripe adds the tax.
  if (currency === order.currency && (amount === net || amount === net + tax)) {
    const parts = `discount ${money(discount, currency)}, tax ${money(tax, currency)}`;
    return found([evidence, `${price}; ${parts}`]);
  }
  return failed(
    [evidence, `${price}, and the session's discount and tax do not explain it`],
    `Compare the order with ${session.id} in Stripe's dashboard.`,
  );
}
