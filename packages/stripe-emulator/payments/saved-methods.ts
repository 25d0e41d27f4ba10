import type Stripe from "stripe";
import { invalidRequest, StripeApiError } from "../core/errors.ts";
import { changed } from "../core/objects.ts";
import { customers } from "../resources/customers.ts";
import { paymentMethods, paymentMethodSecrets, type Secret } from "../resources/payment-methods.ts";
import { type Behaviour, behaviourOf, savingDeclined } from "../resources/test-cards.ts";
import type { Scope } from "../store/scope.ts";

type PaymentMethod = Stripe.PaymentMethod;

const USED_UP = "This payment method was used without being attached to a customer, or was " +
  "detached from one. It may not be used again. To use one several times, attach it first.";

/**
 * Returns the behaviour of a payment method's test card. A bank account has the behaviour of a card
 * whose payments succeed.
 */
export function methodBehaviour(scope: Scope, id: string): Behaviour {
  return behaviourOf(paymentMethodSecrets.find(scope, id)?.behaviour);
}

/** Stores data of a payment method that Stripe's object does not show. */
export function noteMethod(scope: Scope, id: string, secret: Partial<Secret>): void {
  const found = paymentMethodSecrets.find(scope, id) ?? { id, behaviour: "pays" };
  paymentMethodSecrets.put(scope, { ...found, ...secret });
}

/** Whether the card can pay without authentication while its owner is absent. */
export function paysOffSession(scope: Scope, id: string): boolean {
  const { authentication, setUpAlready, setUpLasts } = methodBehaviour(scope, id);
  if (!authentication || setUpAlready) return true;
  return setUpLasts === true && paymentMethodSecrets.find(scope, id)?.setUp === true;
}

/** Refuses a payment method that cannot be used again or that belongs to a different customer. */
export function checkUsable(
  scope: Scope,
  method: PaymentMethod,
  customer: Stripe.PaymentIntent["customer"],
): void {
  if (paymentMethodSecrets.find(scope, method.id)?.usedUp) {
    throw invalidRequest(USED_UP, "payment_method");
  }
  if (method.customer === null || method.customer === customer) return;
  throw invalidRequest(
    customer
      ? "The payment method belongs to another customer."
      : "The payment method belongs to a customer. Send that customer too.",
    "payment_method",
  );
}

/** Attaches a payment method to a customer for later payments. */
export function attach(scope: Scope, id: string, customer: string): PaymentMethod {
  const method = paymentMethods.get(scope, id, "payment_method");
  if (method.customer === customer) return method;
  if (method.customer) {
    throw invalidRequest("The payment method belongs to another customer.", "payment_method");
  }
  if (paymentMethodSecrets.find(scope, id)?.usedUp) throw invalidRequest(USED_UP, "payment_method");
  const attached = paymentMethods.update(scope, method, { customer });
  scope.emit("payment_method.attached", attached);
  return attached;
}

/**
 * Throws Stripe's card error if the bank declines the card. The API calls this before it saves a
 * card.
 */
export function checkSavable(scope: Scope, method: PaymentMethod): void {
  const decline = savingDeclined(methodBehaviour(scope, method.id));
  if (!decline) return;
  const { message, code, decline_code } = decline;
  const fields = { type: "card_error", code, decline_code, payment_method: method } as const;
  throw new StripeApiError(402, message, fields);
}

/**
 * Detaches a payment method from its customer permanently: it can neither pay nor be attached
 * again.
 */
export function detach(scope: Scope, method: PaymentMethod): PaymentMethod {
  const owner = method.customer;
  if (typeof owner !== "string") {
    throw invalidRequest("The payment method is not attached to a customer.", "payment_method");
  }
  const detached = paymentMethods.update(scope, method, { customer: null });
  noteMethod(scope, method.id, { usedUp: true });
  scope.emit("payment_method.detached", detached, { customer: owner });
  forgetDefault(scope, owner, method.id);
  return detached;
}

function forgetDefault(scope: Scope, owner: string, id: string): void {
  const before = customers.find(scope, owner);
  if (before?.invoice_settings?.default_payment_method !== id) return;
  const invoice_settings = { ...before.invoice_settings, default_payment_method: null };
  const after = customers.update(scope, before, { invoice_settings });
  scope.emit("customer.updated", after, changed(before, after));
}
