/** Invoices of paid checkout sessions. */
import type Stripe from "stripe";
import { newId } from "../core/ids.ts";
import { lineItemsOf, type Session, type SessionSecret } from "./checkout-sessions.ts";
import { customers } from "./customers.ts";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

type Invoice = Stripe.Invoice;

export const invoices = collection<Invoice>("invoice");

/** The events of an invoice that is paid at its creation, in Stripe's order. */
const EVENTS = [
  "invoice.created",
  "invoice.finalized",
  "invoice.paid",
  "invoice.payment_succeeded",
] as const;

/** Creates the paid invoice of a paid session. The session must have a customer. */
export function createInvoice(
  scope: Scope,
  session: Session,
  given: NonNullable<SessionSecret["invoice"]>,
): Invoice {
  const id = newId("in");
  const customer = customers.get(scope, String(session.customer));
  const nr = invoices.all(scope).filter((each) => each.customer === customer.id).length + 1;
  const url = `${scope.settings.publicUrl}/invoices/${id}`;
  const now = scope.seconds();
  const invoice = invoices.put(scope, {
    ...blank(now),
    ...amounts(scope, session),
    id,
    number: `${customer.invoice_prefix}-${String(nr).padStart(4, "0")}`,
    customer: customer.id,
    customer_address: session.customer_details?.address ?? null,
    customer_email: session.customer_details?.email ?? null,
    customer_name: session.customer_details?.name ?? null,
    customer_phone: session.customer_details?.phone ?? null,
    customer_tax_exempt: session.customer_details?.tax_exempt ?? "none",
    customer_tax_ids: session.customer_details?.tax_ids ?? [],
    description: given.description,
    footer: given.footer,
    hosted_invoice_url: url,
    invoice_pdf: `${url}/pdf`,
    lines: lines(id, scope, session, now),
    metadata: given.metadata,
  });
  for (const event of EVENTS) scope.emit(event, invoice);
  return invoice;
}

function amounts(scope: Scope, session: Session) {
  const total = session.amount_total ?? 0;
  const tax = session.total_details?.amount_tax ?? 0;
  const discount = session.total_details?.amount_discount ?? 0;
  const { tax_behavior } = lineItemsOf(scope, session)[0]?.price ?? {};
  return {
    amount_due: total,
    amount_paid: total,
    amount_remaining: 0,
    automatic_tax: { ...session.automatic_tax, disabled_reason: null },
    currency: session.currency ?? "usd",
    subtotal: session.amount_subtotal ?? 0,
    subtotal_excluding_tax: total - tax + discount,
    total,
    total_excluding_tax: total - tax,
    total_taxes: tax === 0 ? [] : [{
      amount: tax,
      tax_behavior: tax_behavior === "inclusive" ? "inclusive" as const : "exclusive" as const,
      tax_rate_details: null,
      taxability_reason: "standard_rated" as const,
      taxable_amount: total - tax,
      type: "tax_rate_details" as const,
    }],
  };
}

function lines(
  invoice: string,
  scope: Scope,
  session: Session,
  now: number,
): Invoice["lines"] {
  const data = lineItemsOf(scope, session).map((item) => ({
    id: newId("il"),
    object: "line_item",
    amount: item.amount_subtotal,
    currency: item.currency,
    description: item.description,
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice,
    livemode: false,
    metadata: {},
    parent: null,
    period: { end: now, start: now },
    pretax_credit_amounts: [],
    pricing: null,
    quantity: item.quantity,
    quantity_decimal: null,
    subscription: null,
    subtotal: item.amount_subtotal,
    taxes: [],
  } as Stripe.InvoiceLineItem));
  const url = `/v1/invoices/${invoice}/lines`;
  return { object: "list", data, has_more: false, url } as Invoice["lines"];
}

/** The fields that are the same in each invoice of a checkout. */
function blank(now: number) {
  return {
    object: "invoice" as const,
    account_country: "US",
    account_name: "Farthing",
    account_tax_ids: null,
    amount_overpaid: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: true,
    auto_advance: false,
    automatically_finalizes_at: null,
    billing_reason: "manual" as const,
    collection_method: "charge_automatically" as const,
    created: now,
    custom_fields: null,
    customer_account: null,
    customer_shipping: null,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    discounts: [],
    due_date: null,
    effective_at: now,
    ending_balance: 0,
    from_invoice: null,
    issuer: { type: "self" as const },
    last_finalization_error: null,
    latest_revision: null,
    livemode: false,
    next_payment_attempt: null,
    on_behalf_of: null,
    parent: null,
    payment_settings: {
      default_mandate: null,
      payment_method_options: null,
      payment_method_types: null,
    },
    period_end: now,
    period_start: now,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: "paid" as const,
    status_transitions: {
      finalized_at: now,
      marked_uncollectible_at: null,
      paid_at: now,
      voided_at: null,
    },
    test_clock: null,
    total_discount_amounts: [],
    total_pretax_credit_amounts: [],
    webhooks_delivered_at: now,
  };
}
