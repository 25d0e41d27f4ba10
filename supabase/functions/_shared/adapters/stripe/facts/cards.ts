/** Cards that are kept for later. Stripe keeps them; we know them by Stripe's ids. */
import type { CardFacts } from "../../../contracts/stripe/facts.ts";
import type Stripe from "stripe";
import { idOf } from "../id-of.ts";

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
