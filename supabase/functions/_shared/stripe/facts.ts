/**
 * What the ledger needs to know of a Stripe event, in our own words. Stripe's field names stop here.
 */
import type Stripe from "stripe";
import { idOf } from "./id-of.ts";

/** Empty for the types that we store and ignore. Amounts in the currency's minor unit. */
export type Facts = Record<string, never> | {
  order_id: string | null;
  session_id: string | null;
  /** Stripe's payment intent id: the natural key of a grant. */
  payment_id: string | null;
  payment_status: string;
  amount: number | null;
  currency: string | null;
};

function sessionFacts(session: Stripe.Checkout.Session): Facts {
  return {
    order_id: session.client_reference_id ?? session.metadata?.order_id ?? null,
    session_id: session.id,
    payment_id: idOf(session.payment_intent),
    payment_status: session.payment_status,
    amount: session.amount_total,
    currency: session.currency,
  };
}

function paymentFacts(payment: Stripe.PaymentIntent): Facts {
  return {
    order_id: payment.metadata.order_id ?? null,
    session_id: null,
    payment_id: payment.id,
    payment_status: "paid",
    amount: payment.amount_received,
    currency: payment.currency,
  };
}

/** Translates an event. Unknown types have no facts. */
export function factsOf(event: Stripe.Event): Facts {
  switch (event.type) {
    case "checkout.session.completed":
    case "checkout.session.async_payment_succeeded":
    case "checkout.session.async_payment_failed":
    case "checkout.session.expired":
      return sessionFacts(event.data.object);
    case "payment_intent.succeeded":
      return paymentFacts(event.data.object);
    default:
      return {};
  }
}
