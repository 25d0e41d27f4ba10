import type Stripe from "stripe";
import { invalidRequest, StripeApiError } from "../core/errors.ts";
import { attach, checkUsable, methodBehaviour, noteMethod } from "./saved-methods.ts";
import { sessionOf } from "../resources/checkout-sessions.ts";
import { paymentMethods, requirePaymentMethod } from "../resources/payment-methods.ts";
import { setupIntents } from "../resources/setup-intents.ts";
import { type Decline, FAILED_AUTHENTICATION, savingDeclined } from "../resources/test-cards.ts";
import type { Scope } from "../store/scope.ts";

type SetupIntent = Stripe.SetupIntent;

/** Cancels a setup intent, unless it has succeeded or is already canceled. */
export function cancelSetupIntent(
  scope: Scope,
  intent: SetupIntent,
  reason: string | null,
): SetupIntent {
  if (!intent.status.startsWith("requires_")) throw unexpectedState(intent, "canceled");
  const canceled = setupIntents.update(scope, intent, {
    status: "canceled",
    cancellation_reason: reason,
    next_action: null,
  });
  scope.emit("setup_intent.canceled", canceled);
  return canceled;
}

export function confirmSetup(
  scope: Scope,
  intent: SetupIntent,
  given: string | undefined,
  return_url: string | undefined,
): SetupIntent {
  if (!intent.status.startsWith("requires_")) throw unexpectedState(intent, "confirmed");
  const named = given ?? (intent.payment_method as string | null);
  if (!named) {
    const message = "The setup intent has no payment method. Send payment_method.";
    throw invalidRequest(message, "payment_method", "setup_intent_unexpected_state");
  }
  const method = requirePaymentMethod(scope, named, "payment_method");
  checkUsable(scope, method, intent.customer);
  const after = attemptSetup(scope, intent, method.id);
  if (after.status === "requires_payment_method") throw refusal(after);
  if (after.status !== "requires_action") return after;
  const url = after.next_action?.redirect_to_url?.url ?? null;
  return setupIntents.update(scope, after, {
    next_action: {
      type: "redirect_to_url",
      redirect_to_url: { url, return_url: return_url ?? null },
    },
  });
}

function refusal(intent: SetupIntent): StripeApiError {
  const failure = intent.last_setup_error;
  return new StripeApiError(402, failure?.message ?? "The card was not saved.", {
    type: "card_error",
    code: failure?.code ?? "card_declined",
    decline_code: failure?.decline_code ?? "generic_decline",
    setup_intent: intent,
    payment_method: failure?.payment_method,
  });
}

/** Refuses to change an intent that a checkout session created: only the session may change it. */
export function refuseCheckoutIntent(scope: Scope, intent: SetupIntent): void {
  if (!sessionOf(scope, intent.id)) return;
  const message = "This setup intent belongs to a checkout session: complete the session instead.";
  const code = "setup_intent_unexpected_state";
  throw new StripeApiError(400, message, { code, setup_intent: intent });
}

export function unexpectedState(intent: SetupIntent, verb: string): StripeApiError {
  const message = `This setup intent cannot be ${verb}: its status is ${intent.status}.`;
  const code = "setup_intent_unexpected_state";
  return new StripeApiError(400, message, { code, setup_intent: intent });
}

/**
 * Makes one attempt to save a payment method for later payments.
 * @param authenticated whether the buyer has passed the bank's authentication
 * @returns the intent: `succeeded`, `requires_action`, or `requires_payment_method` with the reason
 *   in `last_setup_error`
 */
export function attemptSetup(
  scope: Scope,
  intent: SetupIntent,
  methodId: string,
  authenticated = false,
): SetupIntent {
  const current = setupIntents.update(scope, intent, { payment_method: methodId });
  const behaviour = methodBehaviour(scope, methodId);
  if (behaviour.authentication && !authenticated) return askAuthentication(scope, current);
  const decline = savingDeclined(behaviour);
  if (decline) return fail(scope, current, decline);
  if (typeof current.customer === "string") attach(scope, methodId, current.customer);
  noteMethod(scope, methodId, { setUp: true });
  const done = setupIntents.update(scope, current, {
    status: "succeeded",
    last_setup_error: null,
    next_action: null,
  });
  scope.emit("setup_intent.succeeded", done);
  return done;
}

/** Ends an attempt whose buyer failed the bank's authentication or left the bank's page. */
export function failSetupAuthentication(scope: Scope, intent: SetupIntent): SetupIntent {
  const code = "setup_intent_authentication_failure";
  return fail(scope, intent, { ...FAILED_AUTHENTICATION, code });
}

function askAuthentication(scope: Scope, intent: SetupIntent): SetupIntent {
  const waiting = setupIntents.update(scope, intent, {
    status: "requires_action",
    next_action: {
      type: "redirect_to_url",
      redirect_to_url: {
        url: `${scope.settings.publicUrl}/authenticate/${intent.id}`,
        return_url: null,
      },
    },
  });
  scope.emit("setup_intent.requires_action", waiting);
  return waiting;
}

function fail(scope: Scope, intent: SetupIntent, decline: Decline): SetupIntent {
  const failed = setupIntents.update(scope, intent, {
    status: "requires_payment_method",
    payment_method: null,
    next_action: null,
    last_setup_error: {
      type: "card_error",
      ...decline,
      payment_method: paymentMethods.find(scope, String(intent.payment_method)),
    } as Stripe.SetupIntent.LastSetupError,
  });
  scope.emit("setup_intent.setup_failed", failed);
  return failed;
}
