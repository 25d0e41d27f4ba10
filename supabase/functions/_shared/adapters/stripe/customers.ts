/** A user's customer at Stripe, and the page on which the user saves a card. */
import type Stripe from "stripe";
import { type StripeCaller } from "./client.ts";
import { requireObject } from "./failures.ts";
import { unavailable } from "./error-classes.ts";

export interface CardPage {
  readonly userId: string;
  readonly customerId: string;
  readonly currency: string;
  /** The idempotency key of the request. A repeated request with this key gets the same page. */
  readonly requestKey: string;
  readonly successUrl: string;
  readonly cancelUrl: string;
}

export interface Customers {
  /**
   * Makes the customer of an account; a repeated call for the same account returns the same
   * customer. Stripe receives only the user's id. If a deleted user's id is used again, it belongs
   * to a new account, which gets a customer of its own.
   * @returns Stripe's id of the customer
   */
  createCustomer(userId: string, accountId: number): Promise<string>;
  /**
   * Opens a hosted page on which the user saves a card. Later payments with this card are made
   * without the user.
   * @returns the URL of the page
   */
  openCardPage(page: CardPage): Promise<string>;
}

/**
 * Writes the user's id into the setup intent's metadata, so that the intent's event names the user who saved
 * the card.
 */
function pageParams(page: CardPage): Stripe.Checkout.SessionCreateParams {
  const metadata = { user_id: page.userId };
  return {
    ui_mode: "hosted_page",
    mode: "setup",
    currency: page.currency,
    customer: page.customerId,
    metadata,
    setup_intent_data: { metadata },
    success_url: page.successUrl,
    cancel_url: page.cancelUrl,
  };
}

export function createCustomers({ call }: StripeCaller): Customers {
  return {
    async createCustomer(userId, accountId) {
      const params = { metadata: { user_id: userId } };
      const options = { idempotencyKey: `customer-${userId}-${accountId}` };
      const made = await call((stripe) => stripe.customers.create(params, options));
      return requireObject(made, "customer").id;
    },
    async openCardPage(page) {
      const options = { idempotencyKey: `card-${page.requestKey}` };
      const made = await call((stripe) =>
        stripe.checkout.sessions.create(pageParams(page), options)
      );
      const { url } = requireObject(made, "checkout.session");
      if (typeof url !== "string") throw unavailable("stripe: the session has no URL", 502);
      return url;
    },
  };
}
