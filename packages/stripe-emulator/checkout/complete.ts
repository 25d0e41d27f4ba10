import type Stripe from "stripe";
import { type Session, sessions, sessionSecrets } from "../resources/checkout-sessions.ts";
import { createCustomer } from "../resources/customers.ts";
import type { Scope } from "../store/scope.ts";

/** The card or bank account that the buyer pays with. The form's fields have been validated. */
export type Means =
  | { method: "card"; number: string; exp_month: number; exp_year: number }
  | { method: "us_bank_account"; outcome: "succeeds" | "fails" };

/** Everything that the buyer entered on the page. */
export type Payment = Means & { email: string; name?: string | undefined; form: string };

export type Outcome =
  | { result: "complete"; session: Session }
  | { result: "authenticate"; url: string }
  | { result: "declined"; message: string };

/** Completes an open session. */
export function complete(scope: Scope, session: Session, form: string): Outcome {
  const done = sessions.update(scope, session, { status: "complete", url: null });
  const secret = sessionSecrets.get(scope, session.id);
  sessionSecrets.update(scope, secret, { completedBy: form, awaiting: null });
  scope.emit("checkout.session.completed", done);
  return { result: "complete", session: done };
}

/**
 * Stores the form that led to the bank's authentication page, while the session waits for the
 * buyer's answer there.
 */
export function awaitBank(scope: Scope, session: Session, form: string, url: string): Outcome {
  sessionSecrets.update(scope, sessionSecrets.get(scope, session.id), { awaiting: form });
  return { result: "authenticate", url };
}

/** Stores the buyer's email in the session. */
export function named(scope: Scope, session: Session, { email }: Payment): Session {
  const customer_details = { ...emptyDetails(), ...session.customer_details, email };
  return sessions.update(scope, session, { customer_details });
}

/** Returns the session's customer. Creates one if the session asks for it. */
export function customerFor(scope: Scope, session: Session, payment: Payment): string | null {
  if (typeof session.customer === "string") return session.customer;
  const { intent } = sessionSecrets.get(scope, session.id);
  const wanted = session.customer_creation === "always" || intent.setup_future_usage;
  if (!wanted) return null;
  return createCustomer(scope, { email: payment.email, name: payment.name ?? null }).id;
}

function emptyDetails(): Stripe.Checkout.Session.CustomerDetails {
  return {
    address: null,
    business_name: null,
    email: null,
    individual_name: null,
    name: null,
    phone: null,
    tax_exempt: "none",
    tax_ids: null,
  };
}
