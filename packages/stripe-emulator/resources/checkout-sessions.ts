/** Checkout sessions, their line items, and what Stripe's object does not show of them. */
import type Stripe from "stripe";
import type { Scope } from "../store/scope.ts";
import { collection } from "../store/collection.ts";

export type Session = Stripe.Checkout.Session;

export const sessions = collection<Session>("checkout.session");

/** What a session keeps for the moment of payment and Stripe's object does not show. */
export interface SessionSecret {
  id: string;
  /** `payment_intent_data`: the fields of the payment intent to be made. */
  intent: Partial<Stripe.PaymentIntent>;
  /** The form that completed the session, so that sending it twice pays once. */
  completedBy: string | null;
  /** Outcome of the attempt that waits for authentication, with its form. */
  awaiting: string | null;
}

export const sessionSecrets = collection<SessionSecret>("checkout_secret");

/** The session that made a payment or setup intent, if one did. */
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
