/** Results of the database functions for the checkout. */
import type * as checkout from "../../checkout.ts";
import type { ErrorBody } from "../../../core/errors.ts";
import type { Finished, Of, Page } from "./shapes.ts";

/**
 * The settings of an order's session, fixed when the order was made. If `customer_id` is set, the
 * session belongs to that customer. Otherwise, if `customer_email` is set, Stripe's page shows that
 * email address as the buyer's.
 */
export interface SessionSettings {
  locale: string;
  automatic_tax: boolean;
  tax_behavior: "inclusive" | "exclusive";
  tax_code: string | null;
  billing_address: "auto" | "required";
  tax_ids: boolean;
  invoices: boolean;
  promotion_codes: boolean;
  customer_id: string | null;
  customer_email: string | null;
}

/**
 * The fields of an order that Stripe needs. The Checkout session is made from these fields alone.
 */
export interface CheckoutOrder {
  order_id: string;
  package_id: string;
  package_name: string;
  amount: number;
  currency: string;
  total_credits: string;
  success_url: string;
  cancel_url: string;
  /** The expiry as RFC 3339; `expires_at_epoch` is the same time in seconds since 1970. */
  expires_at: string;
  expires_at_epoch: number;
  client_temp_id: string | null;
  session_settings: SessionSettings;
  /** The installation's id, written into the metadata of the session and its payment. */
  mark: string;
}

/**
 * The next step of a checkout: return the stored response (`replay`) or the session that is still
 * open (`reuse`), create the session at Stripe, or refuse. `retry_after` is in seconds.
 */
export type CheckoutStep =
  | { step: "replay" | "reuse"; status: number; data: Of<typeof checkout.Checkout> | ErrorBody }
  | { step: "refused"; code: "velocity_exceeded" | "forbidden"; retry_after: number | null }
  | { step: "create"; order: CheckoutOrder };

export interface CheckoutResults {
  checkout_packages: Of<typeof checkout.Package>[];
  checkout_begin: CheckoutStep;
  /** Stores the session, finishes the idempotency key and stores the response. */
  checkout_attach: Finished<Of<typeof checkout.Checkout>>;
  /**
   * Frees the idempotency key after a failed call to Stripe. With `p_order_id`, ends the order if
   * it has no session.
   */
  checkout_abandon: unknown;
  checkout_orders: Page<"orders", Of<typeof checkout.Order>>;
  checkout_order: Of<typeof checkout.Order>;
}
