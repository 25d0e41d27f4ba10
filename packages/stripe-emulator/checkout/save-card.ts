import type Stripe from "stripe";
import {
  awaitBank,
  complete,
  customerFor,
  named,
  type Payment,
  type PaymentResult,
} from "./complete.ts";
import { attemptSetup, failSetupAuthentication } from "../payments/setup-intents.ts";
import { type Session, sessions, sessionSecrets } from "../resources/checkout-sessions.ts";
import { createBankAccount, createCard } from "../resources/payment-methods.ts";
import { setupIntents } from "../resources/setup-intents.ts";
import type { Scope } from "../store/scope.ts";

/** Makes one attempt to save the card of an open session in mode `setup`. */
export function saveCard(scope: Scope, session: Session, payment: Payment): PaymentResult {
  const known = named(scope, session, payment);
  const customer = customerFor(scope, known, payment);
  const current = sessions.update(scope, known, { customer });
  const before = setupIntents.get(scope, String(session.setup_intent));
  const intent = setupIntents.update(scope, before, { customer });
  const method = payment.method === "card"
    ? createCard(scope, payment)
    : createBankAccount(scope, payment);
  return conclude(scope, current, attemptSetup(scope, intent, method.id), payment.form);
}

/** Continues saving the card after the buyer's answer on the bank's authentication page. */
export function resumeSaving(
  scope: Scope,
  session: Session,
  intent: Stripe.SetupIntent,
  passed: boolean,
): PaymentResult {
  const after = passed
    ? attemptSetup(scope, intent, String(intent.payment_method), true)
    : failSetupAuthentication(scope, intent);
  return conclude(scope, session, after, sessionSecrets.get(scope, session.id).awaiting ?? "");
}

function conclude(
  scope: Scope,
  session: Session,
  intent: Stripe.SetupIntent,
  form: string,
): PaymentResult {
  if (intent.status === "requires_payment_method") {
    return { result: "declined", message: intent.last_setup_error?.message ?? "Declined." };
  }
  if (intent.status === "requires_action") {
    return awaitBank(scope, session, form, intent.next_action?.redirect_to_url?.url ?? "");
  }
  return complete(scope, session, form);
}
