/** Cards that are kept for later. Stripe keeps them; we know them by Stripe's ids. */
import type Stripe from "stripe";
import { idOf } from "../id-of.ts";

export type CardFacts = {
  /** Ours, of who saved the card; null where it was not saved through us. */
  user_id: string | null;
  customer_id: string | null;
  payment_method_id: string | null;
} | {
  payment_method_id: string;
};

export function cardSavedFacts(setup: Stripe.SetupIntent): CardFacts {
  return {
    user_id: setup.metadata?.user_id ?? null,
    customer_id: idOf(setup.customer),
    payment_method_id: idOf(setup.payment_method),
  };
}

/** A card that was taken away belongs to no customer any more. */
export function cardRemovedFacts(method: Stripe.PaymentMethod): CardFacts {
  return { payment_method_id: method.id };
}
