/** Reads the details that Stripe gives about a saved card, and detaches the card. */
import { type StripeCaller } from "./client.ts";
import { StripeRefused } from "./error-classes.ts";
import { requireObject } from "./failures.ts";
import { isMissing, requireOwnAccount } from "./own-account.ts";
import { idOf } from "./stored-facts/object-id.ts";

/** All fields except `customer_id` are null if the payment method is not a card. */
export interface CardAtStripe {
  /** Null if Stripe has detached the card, or does not know it. */
  readonly customer_id: string | null;
  readonly brand: string | null;
  readonly last4: string | null;
  readonly exp_month: number | null;
  readonly exp_year: number | null;
}

export interface SavedCards {
  /**
   * Reads a saved card of a customer.
   * @throws OtherStripeAccount if Stripe knows neither the card nor the customer; otherwise ApiError
   *   `upstream_unavailable`
   */
  readCard(paymentMethodId: string, customerId: string): Promise<CardAtStripe>;
  /**
   * Detaches a card from its customer. A card that is no longer attached counts as detached.
   * @param attempt the number of the attempt. It is part of the idempotency key, because Stripe
   * would repeat a stored error under the same key
   * @throws as readCard() does
   */
  detachCard(paymentMethodId: string, customerId: string, attempt: number): Promise<void>;
}

const NO_CARD = { brand: null, last4: null, exp_month: null, exp_year: null };

export function createSavedCards(caller: StripeCaller): SavedCards {
  const { call } = caller;
  async function readCard(id: string, customerId: string): Promise<CardAtStripe> {
    try {
      const found = await call((stripe) => stripe.paymentMethods.retrieve(id));
      const { customer, card } = requireObject(found, "payment_method");
      const customer_id = idOf(customer);
      if (!card) return { customer_id, ...NO_CARD };
      const { brand, last4, exp_month, exp_year } = card;
      return { customer_id, brand, last4, exp_month, exp_year };
    } catch (error) {
      if (!isMissing(error)) throw error;
      await requireOwnAccount(caller, customerId);
      return { customer_id: null, ...NO_CARD };
    }
  }
  return {
    readCard,
    async detachCard(id, customerId, attempt) {
      const options = { idempotencyKey: `detach-${id}-${attempt}` };
      try {
        const detached = await call((stripe) => stripe.paymentMethods.detach(id, {}, options));
        requireObject(detached, "payment_method");
      } catch (error) {
        // Stripe has no error code for a card that is not attached. Reading the card shows whether
        // it is attached.
        if (!(error instanceof StripeRefused)) throw error;
        if ((await readCard(id, customerId)).customer_id !== null) throw error;
      }
    },
  };
}
