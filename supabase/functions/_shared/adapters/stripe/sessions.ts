/** Stripe's hosted checkout sessions. */
import type Stripe from "stripe";
import type { CheckoutOrder, SessionSettings } from "../../contracts/database/results/checkout.ts";
import { type StripeCaller } from "./client.ts";
import { marked } from "./stored-facts/installation-mark.ts";
import { requireObject } from "./failures.ts";
import { OrderKeySpent, StoredStripeError, unavailable } from "./error-classes.ts";
import { priceTax, productTax, taxNotSetUp } from "./stripe-tax.ts";

interface Session {
  readonly id: string;
  readonly url: string;
}

export interface Sessions {
  /**
   * Opens a hosted checkout session; a repeated call for the same order returns the same session.
   * @throws TaxNotSetUp if Stripe Tax is not set up; OrderKeySpent for any other error that Stripe
   * has stored, because a repeated request would get the same error; otherwise ApiError
   * `upstream_unavailable`, or `idempotency_in_progress` while another request for this order runs
   */
  openSession(order: CheckoutOrder): Promise<Session>;
}

/**
 * Returns the parameters of the checkout page that come from the order's session settings. A
 * setting that equals Stripe's default is left out.
 */
function pageParams(
  settings: SessionSettings,
  metadata: Stripe.MetadataParam,
): Partial<Stripe.Checkout.SessionCreateParams> {
  const { locale, billing_address, automatic_tax, tax_ids, invoices, promotion_codes } = settings;
  return {
    ...(locale !== "auto" && { locale }),
    ...(billing_address !== "auto" && { billing_address_collection: billing_address }),
    // Without this parameter, a default of the Stripe account would decide whether tax is added.
    automatic_tax: { enabled: automatic_tax },
    ...(tax_ids && { tax_id_collection: { enabled: true } }),
    ...(invoices && { invoice_creation: { enabled: true, invoice_data: { metadata } } }),
    ...(promotion_codes && { allow_promotion_codes: true }),
  };
}

/**
 * Stripe accepts a customer or an email, not both. For an existing customer, Stripe saves tax ids and the tax
 * address only with customer_update.
 */
function buyerParams(settings: SessionSettings): Partial<Stripe.Checkout.SessionCreateParams> {
  const { customer_id, customer_email } = settings;
  if (customer_id !== null) {
    return { customer: customer_id, customer_update: { address: "auto", name: "auto" } };
  }
  return customer_email === null ? {} : { customer_email };
}

/**
 * The session and the payment get the same metadata, because refunds and disputes refer to the
 * payment.
 */
function sessionParams(order: CheckoutOrder): Stripe.Checkout.SessionCreateParams {
  const { session_settings: settings } = order;
  const metadata = marked(order, { order_id: order.order_id, package_id: order.package_id });
  return {
    ui_mode: "hosted_page",
    mode: "payment",
    line_items: [{
      quantity: 1,
      price_data: {
        currency: order.currency,
        unit_amount: order.amount,
        ...priceTax(settings),
        product_data: { name: order.package_name, ...productTax(settings) },
      },
    }],
    client_reference_id: order.order_id,
    metadata,
    payment_intent_data: { metadata },
    success_url: order.success_url,
    cancel_url: order.cancel_url,
    expires_at: order.expires_at_epoch,
    ...pageParams(settings, metadata),
    ...buyerParams(settings),
  };
}

function checkSession(session: Stripe.Checkout.Session, order: CheckoutOrder): Session {
  const { id, url } = requireObject(session, "checkout.session");
  if (typeof url !== "string") throw unavailable("stripe: the session has no URL", 502);
  // If Stripe knows the buyer's address, the total already includes the tax. So the order's amount
  // is compared with the subtotal.
  const amount = order.session_settings.automatic_tax
    ? session.amount_subtotal
    : session.amount_total;
  const isSameMoney = amount === order.amount && session.currency === order.currency;
  if (!isSameMoney) {
    throw unavailable("stripe: the session's amount or currency is not the order's", 502);
  }
  return { id, url };
}

export function createSessions({ call }: StripeCaller): Sessions {
  return {
    async openSession(order) {
      const idempotencyKey = `order-${order.order_id}`;
      try {
        const session = await call((stripe) =>
          stripe.checkout.sessions.create(sessionParams(order), { idempotencyKey })
        );
        return checkSession(session, order);
      } catch (error) {
        if (!(error instanceof StoredStripeError)) throw error;
        const { internal, status, cause } = error;
        throw taxNotSetUp(order.session_settings, error) ??
          new OrderKeySpent("upstream_unavailable", { internal, status, cause });
      }
    },
  };
}
