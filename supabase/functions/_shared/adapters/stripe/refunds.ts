/** Refunds at Stripe. Credits change only when Stripe's events arrive. */
import type Stripe from "stripe";
import type { RefundToSend } from "../../contracts/database/results/refunds.ts";
import { type StripeCaller } from "./client.ts";
import { marked } from "./stored-facts/installation-mark.ts";
import { requireObject } from "./failures.ts";
import { unavailable } from "./error-classes.ts";

interface MadeRefund {
  /** Stripe's id of the refund. Stripe's events report the refund's state. */
  readonly id: string;
}

export interface Refunds {
  /**
   * Asks Stripe for a refund; a repeated call for the same refund gets the same response.
   * @throws StripeRefused if Stripe refuses and has not refunded; otherwise ApiError
   * `upstream_unavailable`, or `idempotency_in_progress` while another request sends this refund
   */
  createRefund(refund: RefundToSend): Promise<MadeRefund>;
}

/** The only reasons that Stripe accepts. The database stores our own, more precise reasons. */
const REASONS = ["duplicate", "fraudulent", "requested_by_customer"];

function refundParams(refund: RefundToSend): Stripe.RefundCreateParams {
  const { refund_id, order_id, booking_id, reason } = refund;
  return {
    payment_intent: refund.payment_id,
    amount: refund.amount,
    metadata: marked(refund, {
      refund_id,
      ...(order_id !== null && { order_id }),
      ...(booking_id !== null && { booking_id }),
    }),
    ...(reason !== null && REASONS.includes(reason) && { reason }),
    // Without `reverse_transfer`, the platform alone would pay for the refund.
    ...(refund.connected && { reverse_transfer: true }),
    ...(refund.has_fee && { refund_application_fee: true }),
  };
}

function checkRefund(made: Stripe.Refund, refund: RefundToSend): MadeRefund {
  const { id } = requireObject(made, "refund");
  if (made.amount !== refund.amount || made.currency !== refund.currency) {
    throw unavailable("stripe: the refund's amount or currency is not the requested one", 502);
  }
  return { id };
}

export function createRefunds({ call }: StripeCaller): Refunds {
  return {
    async createRefund(refund) {
      const idempotencyKey = `refund-${refund.refund_id}`;
      const made = await call((stripe) =>
        stripe.refunds.create(refundParams(refund), { idempotencyKey })
      );
      return checkRefund(made, refund);
    },
  };
}
