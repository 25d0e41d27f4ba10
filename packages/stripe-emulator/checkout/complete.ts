import type Stripe from "stripe";
import { enteredOf } from "./enter-details.ts";
import { changed } from "../core/objects.ts";
import { type Session, sessions, sessionSecrets } from "../resources/checkout-sessions.ts";
import { createInvoice } from "../resources/invoices.ts";
import { createCustomer, customers } from "../resources/customers.ts";
import { promotionCodes, redeem } from "../resources/promotion-codes.ts";
import type { Scope } from "../store/scope.ts";

/** The card or bank account that the buyer pays with. The form's fields have been validated. */
export type Means =
  | { method: "card"; number: string; exp_month: number; exp_year: number }
  | { method: "us_bank_account"; outcome: "succeeds" | "fails" };

/** Everything that the buyer entered on the page. */
export type Payment = Means & { email: string; name?: string | undefined; form: string };

export type PaymentResult =
  | { result: "complete"; session: Session }
  | { result: "authenticate"; url: string }
  | { result: "declined"; message: string };

/** Completes an open session. */
export function complete(scope: Scope, session: Session, form: string): PaymentResult {
  const { promotionCode } = enteredOf(scope, session);
  if (promotionCode) redeem(scope, promotionCodes.get(scope, promotionCode));
  const done = withInvoice(
    scope,
    sessions.update(scope, session, { status: "complete", url: null }),
  );
  const secret = sessionSecrets.get(scope, session.id);
  sessionSecrets.update(scope, secret, { completedBy: form, awaiting: null });
  scope.emit("checkout.session.completed", done);
  return { result: "complete", session: done };
}

/**
 * Stores the id of the form that led to the bank's authentication page, until the buyer answers
 * there.
 */
export function awaitBank(
  scope: Scope,
  session: Session,
  form: string,
  url: string,
): PaymentResult {
  sessionSecrets.update(scope, sessionSecrets.get(scope, session.id), { awaiting: form });
  return { result: "authenticate", url };
}

/** Creates the invoice of a paid session if the session asks for one. */
export function withInvoice(scope: Scope, session: Session): Session {
  const { invoice } = sessionSecrets.get(scope, session.id);
  if (!invoice || session.payment_status !== "paid") return session;
  return sessions.update(scope, session, { invoice: createInvoice(scope, session, invoice).id });
}

/**
 * Stores the buyer's email and entries in the session. Also stores some of them in the session's
 * customer: the email if the customer has none, and the name and the address if the session asks
 * for that.
 */
export function named(scope: Scope, session: Session, { email, name }: Payment): Session {
  const { address, businessName, promotionCode, taxId } = enteredOf(scope, session);
  const customer_details = {
    ...emptyDetails(),
    ...session.customer_details,
    address,
    business_name: businessName,
    email,
    individual_name: businessName ? null : name ?? null,
    name: businessName ?? name ?? session.customer_details?.name ?? null,
    tax_ids: session.tax_id_collection?.enabled ? taxId ? [taxId] : [] : null,
  };
  updateCustomer(scope, session, customer_details);
  const discounts = promotionCode ? [{ coupon: null, promotion_code: promotionCode }] : null;
  return sessions.update(scope, session, { customer_details, discounts });
}

/** Returns the email that the page shows and that the buyer cannot change. */
export function fixedEmail(scope: Scope, session: Session): string | null {
  if (typeof session.customer !== "string") return session.customer_email;
  return customers.get(scope, session.customer).email;
}

/**
 * Stores the entered email in the customer if the customer has no email yet. Stores the entered
 * name and address if the session asks for that.
 */
function updateCustomer(
  scope: Scope,
  session: Session,
  details: Stripe.Checkout.Session.CustomerDetails,
): void {
  if (typeof session.customer !== "string") return;
  const before = customers.get(scope, session.customer);
  const { customerUpdate } = sessionSecrets.get(scope, session.id);
  const after = {
    ...before,
    email: before.email ?? details.email,
    ...(customerUpdate?.address && details.address && { address: details.address }),
    ...(customerUpdate?.name && details.name && { name: details.name }),
  };
  const previous = changed(before, after);
  if (Object.keys(previous).length === 0) return;
  scope.emit("customer.updated", customers.put(scope, after), previous);
}

/** Returns the session's customer. Creates one if the session asks for it. */
export function customerFor(scope: Scope, session: Session, payment: Payment): string | null {
  if (typeof session.customer === "string") return session.customer;
  const { intent, invoice } = sessionSecrets.get(scope, session.id);
  const wanted = session.customer_creation === "always" || intent.setup_future_usage || invoice;
  if (!wanted) return null;
  const { address = null, name = payment.name ?? null } = session.customer_details ?? {};
  return createCustomer(scope, { email: payment.email, name, address }).id;
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
