/** The payment of a booking. The provider is paid with it or later, and we take a fee of it. */
import type Stripe from "stripe";
import type { BookingToPay, PaymentToCancel } from "../../contracts/database/results/bookings.ts";
import { groupOf } from "./booking-transfers.ts";
import { type StripeCaller } from "./client.ts";
import { marked } from "./facts/objects.ts";
import { requireObject } from "./failures.ts";
import { StripeRefused, unavailable } from "./errors.ts";

interface BookingPayment {
  readonly id: string;
  /** For the buyer alone: it allows anyone who has it to pay. */
  readonly clientSecret: string;
}

export interface BookingPayments {
  /**
   * Makes the payment of a booking; a repeat for the same booking gets the same payment.
   * @throws StripeRefused where Stripe makes none; else ApiError `upstream_unavailable`, or
   * `idempotency_in_progress` while another request makes this payment
   */
  createBookingPayment(booking: BookingToPay): Promise<BookingPayment>;
  /**
   * Cancels a payment if it still can be. A payment that has gone too far is returned when its event comes.
   * @throws ApiError `upstream_unavailable` where the result is not known
   */
  cancelBookingPayment(payment: PaymentToCancel): Promise<void>;
}

/** How Stripe splits the payment. If the provider is paid later, we keep the fee by transferring the rest. */
function dividedParams(booking: BookingToPay): Partial<Stripe.PaymentIntentCreateParams> {
  const { booking_id, application_fee_amount, transfer_at, stripe_account_id } = booking;
  if (transfer_at === "completed") return { transfer_group: groupOf(booking_id) };
  return {
    // The fee of a small amount rounds to zero, and Stripe wants the field left out then.
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
  if (!isSame) throw unavailable("stripe: the payment has another amount", 502);
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
