import type Stripe from "stripe";
import { attach, methodBehaviour, noteMethod, paysOffSession } from "./saved-methods.ts";
import { charges, createCharge, outcomeFields } from "../resources/charges.ts";
import { paymentIntents } from "../resources/payment-intents.ts";
import { paymentMethods } from "../resources/payment-methods.ts";
import {
  chargePlans,
  type DelayedPayment,
  delayedPayments,
  dueAt,
} from "../resources/planned-outcomes.ts";
import { type Behaviour, type Decline, FAILED_AUTHENTICATION } from "../resources/test-cards.ts";
import type { Scope } from "../store/scope.ts";

type Intent = Stripe.PaymentIntent;
type Charge = Stripe.Charge;

const FAILED_DEBIT: Decline = {
  code: "payment_method_provider_decline",
  decline_code: "insufficient_funds",
  message: "The bank returned the debit: insufficient funds.",
};

const AUTHENTICATION_REQUIRED: Decline = {
  code: "authentication_required",
  decline_code: "authentication_required",
  message: "The bank wants the buyer to authenticate this payment.",
};

interface Attempt {
  /** Whether the buyer has passed the bank's authentication. */
  authenticated?: boolean;
  /**
   * Whether the buyer is absent and cannot authenticate. If the bank requires authentication, it
   * refuses the payment of an absent buyer.
   */
  offSession?: boolean;
  /** How a delayed payment ends. */
  delayedOutcome?: DelayedPayment["outcome"];
}

/**
 * Makes one attempt to pay an intent with a payment method. Emits Stripe's events in Stripe's
 * order.
 * @returns the intent: `succeeded`, `processing`, `requires_action`, or `requires_payment_method`
 *   with the reason in `last_payment_error`
 */
export function attemptPayment(
  scope: Scope,
  intent: Intent,
  methodId: string,
  { authenticated = false, offSession = false, delayedOutcome = "succeeds" }: Attempt = {},
): Intent {
  const method = paymentMethods.get(scope, methodId, "payment_method");
  const known = methodBehaviour(scope, methodId);
  const behaviour = { ...known, authentication: authenticated };
  const current = paymentIntents.update(scope, intent, { payment_method: methodId });
  if (method.type !== "card") return startDelayed(scope, current, method, delayedOutcome);
  if (offSession && !paysOffSession(scope, methodId)) {
    return failCard(scope, current, method, { ...behaviour, decline: AUTHENTICATION_REQUIRED });
  }
  if (known.authentication && !authenticated && !offSession) {
    return askAuthentication(scope, current);
  }
  if (behaviour.decline) return failCard(scope, current, method, behaviour);
  const charge = createCharge(scope, current, method, "succeeded", behaviour);
  return succeed(scope, current, charge, behaviour);
}

/**
 * Ends an attempt whose buyer failed the bank's authentication or left the bank's page. No charge
 * is created.
 */
export function failAuthentication(scope: Scope, intent: Intent): Intent {
  return failIntent(scope, intent, FAILED_AUTHENTICATION, undefined);
}

/** Ends a payment that is `processing`. */
export function settleDelayed(
  scope: Scope,
  intent: Intent,
  outcome: DelayedPayment["outcome"],
): Intent {
  delayedPayments.remove(scope, intent.id);
  const charge = charges.get(scope, String(intent.latest_charge));
  if (outcome === "succeeds") {
    const paid = charges.update(scope, charge, {
      amount_captured: charge.amount,
      captured: true,
      paid: true,
      status: "succeeded",
    });
    return succeed(scope, intent, paid, {});
  }
  const behaviour = { decline: FAILED_DEBIT };
  const failed = charges.update(scope, charge, {
    ...outcomeFields("failed", behaviour),
    status: "failed",
  });
  scope.emit("charge.failed", failed);
  return failIntent(scope, intent, FAILED_DEBIT, failed);
}

function askAuthentication(scope: Scope, intent: Intent): Intent {
  const waiting = paymentIntents.update(scope, intent, {
    status: "requires_action",
    next_action: {
      type: "redirect_to_url",
      redirect_to_url: {
        url: `${scope.settings.publicUrl}/authenticate/${intent.id}`,
        return_url: null,
      },
    },
  });
  scope.emit("payment_intent.requires_action", waiting);
  return waiting;
}

function startDelayed(
  scope: Scope,
  intent: Intent,
  method: Stripe.PaymentMethod,
  outcome: DelayedPayment["outcome"],
): Intent {
  const charge = createCharge(scope, intent, method, "pending", {});
  scope.emit("charge.pending", charge);
  const processing = paymentIntents.update(scope, intent, {
    status: "processing",
    latest_charge: charge.id,
    last_payment_error: null,
    next_action: null,
  });
  delayedPayments.put(scope, { id: intent.id, outcome, due_at: dueAt(scope) });
  scope.emit("payment_intent.processing", processing);
  return processing;
}

function failCard(
  scope: Scope,
  intent: Intent,
  method: Stripe.PaymentMethod,
  behaviour: Behaviour & { decline?: Decline },
): Intent {
  const charge = createCharge(scope, intent, method, "failed", behaviour);
  scope.emit("charge.failed", charge);
  return failIntent(scope, intent, behaviour.decline ?? FAILED_DEBIT, charge);
}

function failIntent(
  scope: Scope,
  intent: Intent,
  decline: Decline,
  charge: Charge | undefined,
): Intent {
  const failed = paymentIntents.update(scope, intent, {
    status: "requires_payment_method",
    payment_method: null,
    next_action: null,
    latest_charge: charge?.id ?? intent.latest_charge,
    last_payment_error: {
      type: "card_error",
      ...(charge && { charge: charge.id }),
      ...decline,
      ...(typeof intent.payment_method === "string" && {
        payment_method: paymentMethods.find(scope, intent.payment_method),
      }),
    } as Stripe.PaymentIntent.LastPaymentError,
  });
  scope.emit("payment_intent.payment_failed", failed);
  return failed;
}

function succeed(scope: Scope, intent: Intent, charge: Charge, behaviour: Behaviour): Intent {
  scope.emit("charge.succeeded", charge);
  const paid = paymentIntents.update(scope, intent, {
    status: "succeeded",
    amount_received: charge.amount,
    latest_charge: charge.id,
    last_payment_error: null,
    next_action: null,
  });
  const { dispute, inquiry, earlyFraudWarning, refund } = behaviour;
  if (dispute || earlyFraudWarning || refund) {
    chargePlans.put(scope, { id: charge.id, dispute, inquiry, earlyFraudWarning, refund });
  }
  keepOrUseUp(scope, paid);
  scope.emit("payment_intent.succeeded", paid);
  return paid;
}

/**
 * Attaches the payment method to the customer if `setup_future_usage` asks for it. Otherwise marks
 * a payment method that has no customer as used up: it cannot be used again.
 */
function keepOrUseUp(scope: Scope, intent: Intent): void {
  const method = paymentMethods.get(scope, String(intent.payment_method));
  if (intent.setup_future_usage && typeof intent.customer === "string") {
    attach(scope, method.id, intent.customer);
    noteMethod(scope, method.id, { setUp: true });
  } else if (method.customer === null) {
    noteMethod(scope, method.id, { usedUp: true });
  }
}
