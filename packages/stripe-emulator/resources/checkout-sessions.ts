/** Checkout sessions, their line items, and data that Stripe's session object does not show. */
import type Stripe from "stripe";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

export type Session = Stripe.Checkout.Session;

export const sessions = collection<Session>("checkout.session");

/** Data that a session needs when the buyer pays and that Stripe's session object does not show. */
export interface SessionSecret {
  id: string;
  /** `payment_intent_data`: the fields of the payment intent to create. */
  intent: Partial<Stripe.PaymentIntent>;
  /** The id of the form that completed the session, so that sending the form twice pays once. */
  completedBy: string | null;
  /** The buyer's entries on the page; absent until the first entry. */
  entered?: Entered;
  /** `invoice_creation`: whether the payment gets an invoice, and the invoice's fields. */
  invoice?: { metadata: Record<string, string>; description: string | null; footer: string | null };
  /** `customer_update`: the fields of the customer that the session may change. */
  customerUpdate?: { address: boolean; name: boolean };
  /**
   * The id of the form that led to the bank's authentication page; null if no form waits for the
   * bank.
   */
  awaiting: string | null;
}

/** The buyer's entries on the page, except the payment method's data. */
export interface Entered {
  address: Stripe.Address | null;
  businessName: string | null;
  /** The id of the promotion code. */
  promotionCode: string | null;
  taxId: Stripe.Checkout.Session.CustomerDetails.TaxId | null;
}

export const NOTHING_ENTERED: Entered = {
  address: null,
  businessName: null,
  promotionCode: null,
  taxId: null,
};

export const sessionSecrets = collection<SessionSecret>("checkout_secret");

/**
 * Returns the session that created a payment intent or a setup intent; undefined if no session did.
 */
export function sessionOf(scope: Scope, intent: string): Session | undefined {
  for (const session of sessions.values(scope)) {
    if (session.payment_intent === intent || session.setup_intent === intent) return session;
  }
}

type LineItem = Stripe.LineItem;

interface StoredItems {
  /** The session's id. */
  id: string;
  items: LineItem[];
}

const stored = collection<StoredItems>("checkout_line_items");

export function lineItemsOf(scope: Scope, session: Session): LineItem[] {
  return stored.find(scope, session.id)?.items ?? [];
}

export function storeLineItems(scope: Scope, session: string, items: LineItem[]): void {
  stored.put(scope, { id: session, items });
}
