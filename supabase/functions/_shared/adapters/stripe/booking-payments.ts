/**
 * The payments of bookings. The provider is paid at once or later, and the platform takes a fee.
 */
import type Stripe from "stripe";
import type { BookingToPay, PaymentToCancel } from "../../contracts/database/results/bookings.ts";
import { groupOf } from "./booking-transfers.ts";
import { type StripeCaller } from "./client.ts";
import { marked } from "./stored-facts/installation-mark.ts";
import { requireObject } from "./failures.ts";
import { StripeRefused, unavailable } from "./error-classes.ts";

interface BookingPayment {
  readonly id: string;
  /** Only the buyer may receive this secret, because anyone who has it can pay. */
  readonly clientSecret: string;
}

export interface BookingPayments {
  /**
   * Makes the payment of a booking; a repeated call for the same booking returns the same payment.
   * @throws StripeRefused if Stripe refuses to make the payment; otherwise ApiError
   * `upstream_unavailable`, or `idempotency_in_progress` while another request makes this payment
   */
  createBookingPayment(booking: BookingToPay): Promise<BookingPayment>;
  /**
   * Cancels a payment if it can still be cancelled. A payment that has succeeded is refunded when its event
   * arrives.
   * @throws ApiError `upstream_unavailable` if the result is unknown
   */
  cancelBookingPayment(payment: PaymentToCancel): Promise<void>;
}

/**
 * Makes Stripe divide the payment between the provider and the platform. If the provider is paid
 * later, Stripe divides nothing: the provider's share, which is the amount without the fee, is
 * transferred later.
 */
function dividedParams(booking: BookingToPay): Partial<Stripe.PaymentIntentCreateParams> {
  const { booking_id, application_fee_amount, transfer_at, stripe_account_id } = booking;
  if (transfer_at === "completed") return { transfer_group: groupOf(booking_id) };
  return {
    // The fee of a small amount rounds to zero. Stripe does not accept a zero fee, so the fee is left out.
    ...(application_fee_amount > 0 && { application_fee_amount }),
    transfer_data: { destination: stripe_account_id },
  };
}

function paymentParams(booking: BookingToPay): Stripe.PaymentIntentCreateParams {
  const { booking_id, amount, currency } = booking;
  return {
    amount,
    currency,
    ...dividedParams(booking),
    automatic_payment_methods: { enabled: true },
    metadata: marked(booking, { booking_id }),
  };
}

function checkPayment(made: Stripe.PaymentIntent, booking: BookingToPay): BookingPayment {
  const { id, client_secret } = requireObject(made, "payment_intent");
  const fee = dividedParams(booking).application_fee_amount ?? 0;
  const isSame = made.amount === booking.amount && made.currency === booking.currency &&
    (made.application_fee_amount ?? 0) === fee;
  if (!isSame) {
    throw unavailable("stripe: the payment's amount, currency or fee is not the booking's", 502);
  }
  if (typeof client_secret !== "string") {
    throw unavailable("stripe: the payment has no secret", 502);
  }
  return { id, clientSecret: client_secret };
}

export function createBookingPayments({ call }: StripeCaller): BookingPayments {
  return {
    async createBookingPayment(booking) {
      const idempotencyKey = `booking-${booking.booking_id}`;
      const made = await call((stripe) =>
        stripe.paymentIntents.create(paymentParams(booking), { idempotencyKey })
      );
      return checkPayment(made, booking);
    },
    async cancelBookingPayment({ payment_intent_id }) {
      try {
        const payment = await call((stripe) =>
          stripe.paymentIntents.cancel(payment_intent_id, {
            cancellation_reason: "requested_by_customer",
          })
        );
        requireObject(payment, "payment_intent");
      } catch (error) {
        const isTooLate = error instanceof StripeRefused &&
          error.stripeCode === "payment_intent_unexpected_state";
        if (!isTooLate) throw error;
      }
    },
  };
}
