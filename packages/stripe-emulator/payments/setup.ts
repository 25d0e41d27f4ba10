import type Stripe from "stripe";
import { paymentMethods } from "../resources/payment-methods.ts";
import { setupIntents } from "../resources/setup-intents.ts";
import type { Scope } from "../scope.ts";
import { type Decline, FAILED_AUTHENTICATION, savingDeclined } from "./cards.ts";
import { attach, methodBehaviour, noteMethod } from "./saved-methods.ts";

type SetupIntent = Stripe.SetupIntent;

/**
 * Tries to save a payment method for later payments, once.
 * @param authenticated the buyer has passed the bank's authentication
 * @returns the intent: `succeeded`, `requires_action`, or back at `requires_payment_method` with
 *   the reason in `last_setup_error`
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

/** Ends the attempt of a buyer who failed or left the bank's authentication. */
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
