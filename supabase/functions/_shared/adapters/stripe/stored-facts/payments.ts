/**
 * Facts of sessions, payments, charges and saved cards. The facts of a saved card contain only ids:
 * the inbox stores no digits of a card number.
 */
import type Stripe from "stripe";
import type {
  CardFacts,
  ChargeFacts,
  PaymentFacts,
  SessionFacts,
} from "../../../contracts/stripe/event-facts.ts";
import { markOf } from "./installation-mark.ts";
import { idOf } from "./object-id.ts";

function hasTaxId({ customer_details }: Stripe.Checkout.Session): boolean | null {
  return customer_details ? (customer_details.tax_ids ?? []).length > 0 : null;
}

export function sessionFacts(session: Stripe.Checkout.Session): SessionFacts {
  // Only the metadata identifies the order: a visitor of another shop's Payment Link on this
  // account can write any client_reference_id into the link's URL.
  const orderId = session.metadata?.order_id ?? null;
  return {
    order_id: session.mode === "payment" ? orderId : null,
    session_id: session.id,
    payment_id: idOf(session.payment_intent),
    payment_status: session.payment_status,
    amount: session.amount_total,
    amount_subtotal: session.amount_subtotal,
    amount_discount: session.total_details?.amount_discount ?? null,
    amount_tax: session.total_details?.amount_tax ?? null,
    currency: session.currency,
    invoice_id: idOf(session.invoice),
    has_tax_id: hasTaxId(session),
    mode: session.mode,
    mark: markOf(session),
  };
}

export function paymentFacts(payment: Stripe.PaymentIntent): PaymentFacts {
  const isPaid = payment.status === "succeeded";
  return {
    order_id: payment.metadata?.order_id ?? null,
    booking_id: payment.metadata?.booking_id ?? null,
    session_id: null,
    payment_id: payment.id,
    charge_id: idOf(payment.latest_charge),
    payment_status: isPaid ? "paid" : payment.status,
    amount: isPaid ? payment.amount_received : payment.amount,
    currency: payment.currency,
    failure_code: payment.last_payment_error?.code ?? null,
    decline_code: payment.last_payment_error?.decline_code ?? null,
    mark: markOf(payment),
  };
}

export function chargeFacts(charge: Stripe.Charge): ChargeFacts {
  return {
    order_id: charge.metadata?.order_id ?? null,
    booking_id: charge.metadata?.booking_id ?? null,
    payment_id: idOf(charge.payment_intent),
    charge_id: charge.id,
    amount: charge.amount,
    currency: charge.currency,
    outcome: charge.status === "failed" ? "failed" : "succeeded",
    failure_code: charge.failure_code,
    card_fingerprint: charge.payment_method_details?.card?.fingerprint ?? null,
    mark: markOf(charge),
  };
}

export function cardSavedFacts(setup: Stripe.SetupIntent): CardFacts {
  return {
    user_id: setup.metadata?.user_id ?? null,
    customer_id: idOf(setup.customer),
    payment_method_id: idOf(setup.payment_method),
  };
}

/**
 * Returns only the card's id. The customer is left out, because a removed card has none. The last
 * digits of an updated card are left out, so that the inbox stores no digits; the runner for saved
 * cards reads the digits from Stripe.
 */
export function cardChangedFacts(method: Stripe.PaymentMethod): CardFacts {
  return { payment_method_id: method.id };
}
