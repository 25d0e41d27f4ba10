/**
 * Confirms and cancels payment intents whose status allows it, and makes the error for a declined
 * card.
 */
import type Stripe from "stripe";
import { checkDestination } from "../connect/check-destination.ts";
import { invalidRequest, StripeApiError } from "../core/errors.ts";
import { attemptPayment } from "./attempt-payment.ts";
import { bookPayment } from "./book-payment.ts";
import { checkUsable } from "./saved-methods.ts";
import { sessionOf } from "../resources/checkout-sessions.ts";
import { paymentIntents } from "../resources/payment-intents.ts";
import { requirePaymentMethod } from "../resources/payment-methods.ts";
import type { Scope } from "../store/scope.ts";

type Intent = Stripe.PaymentIntent;

/** Cancels an intent, unless it has succeeded, is `processing` or is already canceled. */
export function cancelIntent(scope: Scope, intent: Intent, reason: string | null): Intent {
  if (["succeeded", "canceled", "processing"].includes(intent.status)) {
    throw unexpectedState(intent, "canceled");
  }
  const canceled = paymentIntents.update(scope, intent, {
    status: "canceled",
    canceled_at: scope.seconds(),
    cancellation_reason: reason as Stripe.PaymentIntent.CancellationReason | null,
    next_action: null,
  });
  scope.emit("payment_intent.canceled", canceled);
  return canceled;
}

interface Confirmation {
  payment_method?: string | undefined;
  return_url?: string | undefined;
  off_session?: boolean | undefined;
  error_on_requires_action?: boolean | undefined;
}

export function confirmIntent(scope: Scope, intent: Intent, options: Confirmation): Intent {
  if (!intent.status.startsWith("requires_")) throw unexpectedState(intent, "confirmed");
  const named = options.payment_method ?? (intent.payment_method as string | null);
  if (!named) {
    throw invalidRequest(
      "The payment intent has no payment method. Send payment_method.",
      "payment_method",
      "payment_intent_unexpected_state",
    );
  }
  const method = requirePaymentMethod(scope, named, "payment_method");
  checkUsable(scope, method, intent.customer);
  checkDestination(scope, intent);
  const offSession = Boolean(options.off_session || options.error_on_requires_action);
  const after = attemptPayment(scope, intent, method.id, { offSession });
  bookPayment(scope, after);
  if (after.status === "requires_payment_method") throw refusal(after);
  if (after.status !== "requires_action") return after;
  const action = after.next_action?.redirect_to_url;
  return paymentIntents.update(scope, after, {
    next_action: {
      type: "redirect_to_url",
      redirect_to_url: { url: action?.url ?? null, return_url: options.return_url ?? null },
    },
  });
}

function refusal(intent: Intent): StripeApiError {
  const failure = intent.last_payment_error;
  return new StripeApiError(402, failure?.message ?? "The payment failed.", {
    type: "card_error",
    code: failure?.code ?? "card_declined",
    decline_code: failure?.decline_code ?? "generic_decline",
    ...(typeof failure?.charge === "string" && { charge: failure.charge }),
    payment_intent: intent,
    payment_method: failure?.payment_method,
  });
}

/** Refuses to change an intent that a checkout session created: only the session may change it. */
export function refuseCheckoutIntent(scope: Scope, intent: Intent): void {
  if (!sessionOf(scope, intent.id)) return;
  throw new StripeApiError(
    400,
    "This payment intent belongs to a checkout session: pay or expire the session instead.",
    { code: "payment_intent_unexpected_state", payment_intent: intent },
  );
}

export function unexpectedState(intent: Intent, verb: string): StripeApiError {
  return new StripeApiError(
    400,
    `This payment intent cannot be ${verb}: its status is ${intent.status}.`,
    { code: "payment_intent_unexpected_state", payment_intent: intent },
  );
}
