/** Stripe's hosted checkout sessions. */
import type Stripe from "stripe";
import type { CheckoutOrder } from "../../contracts/database/results/checkout.ts";
import { type StripeCaller } from "./client.ts";
import { marked } from "./stored-facts/installation-mark.ts";
import { requireObject } from "./failures.ts";
import { OrderKeySpent, StoredStripeError, unavailable } from "./errors.ts";

interface Session {
  readonly id: string;
  readonly url: string;
}

export interface Sessions {
  /**
   * Opens a hosted checkout session; a repeat for the same order returns the same session.
   * @throws OrderKeySpent if a repeat would get the same error; otherwise ApiError
   *   `upstream_unavailable`, or `idempotency_in_progress` while another request for this order
   *   runs
   */
  openSession(order: CheckoutOrder): Promise<Session>;
}

/**
 * The session and the payment get the same metadata, because refunds and disputes refer to the
 * payment.
 */
function sessionParams(order: CheckoutOrder): Stripe.Checkout.SessionCreateParams {
  const metadata = marked(order, { order_id: order.order_id, package_id: order.package_id });
  return {
    ui_mode: "hosted_page",
    mode: "payment",
    line_items: [{
      quantity: 1,
      price_data: {
        currency: order.currency,
        unit_amount: order.amount,
        product_data: { name: order.package_name },
      },
    }],
    client_reference_id: order.order_id,
    metadata,
    payment_intent_data: { metadata },
    success_url: order.success_url,
    cancel_url: order.cancel_url,
    expires_at: order.expires_at_epoch,
  };
}

function checkSession(session: Stripe.Checkout.Session, order: CheckoutOrder): Session {
  const { id, url } = requireObject(session, "checkout.session");
  if (typeof url !== "string") throw unavailable("stripe: the session has no page", 502);
  const isSameMoney = session.amount_total === order.amount && session.currency === order.currency;
  if (!isSameMoney) throw unavailable("stripe: the session has another amount", 502);
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
        throw new OrderKeySpent("upstream_unavailable", { internal, status, cause });
      }
    },
  };
}
