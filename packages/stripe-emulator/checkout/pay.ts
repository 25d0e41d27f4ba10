import type Stripe from "stripe";
import {
  awaitBank,
  complete,
  customerFor,
  fixedEmail,
  named,
  type Payment,
  type PaymentResult,
  withInvoice,
} from "./complete.ts";
import { saveCard } from "./save-card.ts";
import { attemptPayment, failAuthentication, settleDelayed } from "../payments/attempt-payment.ts";
import { bookPayment } from "../payments/book-payment.ts";
import {
  type Session,
  sessionOf,
  sessions,
  sessionSecrets,
} from "../resources/checkout-sessions.ts";
import { createIntent, paymentIntents } from "../resources/payment-intents.ts";
import { createBankAccount, createCard } from "../resources/payment-methods.ts";
import { delayedPayments } from "../resources/planned-outcomes.ts";
import type { Scope } from "../store/scope.ts";

/** Makes one attempt to pay for an open session, or to save a card in mode `setup`. */
export function paySession(scope: Scope, session: Session, form: Payment): PaymentResult {
  const payment = { ...form, email: fixedEmail(scope, session) ?? form.email };
  if (session.mode === "setup") return saveCard(scope, session, payment);
  const known = named(scope, session, payment);
  if (session.payment_status === "no_payment_required") {
    return complete(scope, known, payment.form);
  }
  const intent = intentFor(scope, known, payment);
  const method = payment.method === "card"
    ? createCard(scope, payment)
    : createBankAccount(scope, payment);
  const delayed = payment.method === "card" ? {} : { delayedOutcome: payment.outcome };
  const after = attemptPayment(scope, intent, method.id, delayed);
  return conclude(scope, sessions.get(scope, session.id), after, payment.form);
}

/** Continues the payment after the buyer's answer on the bank's authentication page. */
export function resumeSession(
  scope: Scope,
  session: Session,
  intent: Stripe.PaymentIntent,
  passed: boolean,
): PaymentResult {
  const method = String(intent.payment_method);
  const after = passed
    ? attemptPayment(scope, intent, method, { authenticated: true })
    : failAuthentication(scope, intent);
  const form = sessionSecrets.get(scope, session.id).awaiting ?? "";
  return conclude(scope, sessions.get(scope, session.id), after, form);
}

/** Ends a delayed payment and updates the checkout session that created it, if there is one. */
export function settlePayment(
  scope: Scope,
  intent: Stripe.PaymentIntent,
  outcome: "succeeds" | "fails",
): Stripe.PaymentIntent {
  const ended = settleDelayed(scope, intent, outcome);
  const session = sessionOf(scope, ended.id);
  if (session && outcome === "fails") {
    scope.emit("checkout.session.async_payment_failed", session);
  } else if (session) {
    const paid = withInvoice(scope, sessions.update(scope, session, { payment_status: "paid" }));
    scope.emit("checkout.session.async_payment_succeeded", paid);
  }
  bookPayment(scope, ended);
  return ended;
}

/** Ends the delayed payments whose `due_at` has passed. */
export function settleDuePayments(scope: Scope): void {
  const now = scope.now().getTime() / 1000;
  for (const { id, outcome, due_at } of delayedPayments.all(scope)) {
    if (due_at === null || due_at > now) continue;
    settlePayment(scope, paymentIntents.get(scope, id), outcome);
  }
}

function conclude(
  scope: Scope,
  session: Session,
  intent: Stripe.PaymentIntent,
  form: string,
): PaymentResult {
  if (intent.status === "requires_payment_method") {
    return { result: "declined", message: intent.last_payment_error?.message ?? "Declined." };
  }
  if (intent.status === "requires_action") {
    return awaitBank(scope, session, form, intent.next_action?.redirect_to_url?.url ?? "");
  }
  const payment_status = intent.status === "succeeded" ? "paid" : "unpaid";
  const outcome = complete(scope, sessions.update(scope, session, { payment_status }), form);
  bookPayment(scope, intent);
  return outcome;
}

/**
 * Returns the session's payment intent. The first attempt to pay creates the intent, and later
 * attempts reuse it.
 */
function intentFor(scope: Scope, session: Session, payment: Payment): Stripe.PaymentIntent {
  if (typeof session.payment_intent === "string") {
    const intent = paymentIntents.get(scope, session.payment_intent);
    // After the card was declined, the buyer may have entered a promotion code or a different
    // address, so the amount may have changed.
    return paymentIntents.update(scope, intent, { amount: session.amount_total ?? 0 });
  }
  const customer = customerFor(scope, session, payment);
  const intent = createIntent(scope, {
    ...sessionSecrets.get(scope, session.id).intent,
    amount: session.amount_total ?? 0,
    currency: session.currency ?? "usd",
    customer,
    payment_method_types: session.payment_method_types,
  });
  sessions.update(scope, session, { customer, payment_intent: intent.id });
  return intent;
}
