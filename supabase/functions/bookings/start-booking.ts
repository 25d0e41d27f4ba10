import { StoredStripeError, StripeRefused } from "../_shared/adapters/stripe/error-classes.ts";
import { BookingBody, StartedBooking } from "../_shared/contracts/bookings.ts";
import type {
  BookingStep,
  PaymentToCancel,
} from "../_shared/contracts/database/results/bookings.ts";
import { ApiError, invalid } from "../_shared/core/errors.ts";
import { clientIpHash } from "../_shared/core/ip-hash.ts";
import type { Services } from "../_shared/http/route/app-services.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { twoPhase } from "../_shared/http/idempotency/two-phase.ts";

/**
 * Returns an error that tells the caller how to correct the request. If the caller cannot correct
 * the request, returns the error unchanged.
 */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof StripeRefused)) return error;
  const { stripeCode, param } = error;
  if (
    param === "amount" || stripeCode === "amount_too_small" || stripeCode === "amount_too_large"
  ) {
    return invalid("Stripe can't charge this amount. Send another amount.", "amount");
  }
  if (param === "currency") {
    return invalid("Stripe can't charge in this currency. Send another currency.", "currency");
  }
  const isProvider = stripeCode === "insufficient_capabilities_for_transfer" ||
    param?.startsWith("transfer_data");
  return isProvider
    ? invalid(
      "This provider can't be paid now. Book another provider, or try again later.",
      "provider_id",
    )
    : error;
}

/**
 * Returns the error for a refused booking. The database records the reasons. The error names only
 * a limit that is used up (the buyer's or the provider's), and the time to try again.
 */
function refusedStep(step: BookingStep & { step: "refused" }): ApiError {
  return step.code === "forbidden"
    ? new ApiError(step.code, {
      message: "This booking is refused. Contact the operators of this app.",
    })
    : new ApiError(step.code, {
      details: { limit: step.limit },
      retryAfterSeconds: step.retry_after,
    });
}

/**
 * Cancels the payment of a booking that was cancelled while Stripe was being called. If the buyer still pays,
 * the payment is refunded.
 */
async function cancelPayment(services: Services, payment: PaymentToCancel): Promise<void> {
  const payments = await services.payments();
  await payments.cancelBookingPayment(payment).catch((failure: unknown) => {
    services.log("warn", "payment not cancelled", { detail: String(failure) });
  });
}

/**
 * Books a provider. The database adds the client secret to the response (bookings_attach), and the
 * buyer's browser pays with this secret.
 */
export const startBooking = defineRoute({
  method: "post",
  path: "/",
  summary: "Book a provider",
  description:
    "The provider's `charges_enabled` must be true. The application fee is 3 % of the amount, or " +
    "the percentage that the policy sets, rounded half up.",
  who: ["user"],
  limit: "bookings",
  idempotent: true,
  feature: "b2b",
  body: BookingBody,
  responses: { 201: StartedBooking },
  asksUpstream: true,
  errors: ["velocity_exceeded"],
  handler: (call) => {
    const { caller, body, services, idempotency } = call;
    const { database } = services;
    const { p_idempotency_key } = idempotency.args;
    return twoPhase(call, {
      what: "booking",
      async begin() {
        const step = await database.rpc("bookings_begin", {
          p_user_id: caller.userId,
          p_provider_id: body.provider_id,
          p_amount: body.amount,
          p_currency: body.currency,
          p_client_temp_id: body.client_temp_id,
          p_details: body.details,
          p_ip_hash: clientIpHash(call.headers, services),
          ...idempotency.args,
        });
        if (step.step === "refused") throw refusedStep(step);
        return step;
      },
      outside: async ({ booking }) =>
        await (await services.payments()).createBookingPayment(booking),
      async attach({ id, clientSecret }, { booking: { booking_id } }) {
        const reply = await database.rpc("bookings_attach", {
          p_booking_id: booking_id,
          p_payment_intent_id: id,
          p_client_secret: clientSecret,
          p_idempotency_key,
        });
        if (reply.data.status === "cancelled") {
          await cancelPayment(services, { booking_id, payment_intent_id: id });
        }
        return reply;
      },
      abandon: (error, { booking }) =>
        database.rpc("bookings_abandon", {
          p_idempotency_key,
          p_booking_id: error instanceof StoredStripeError ? booking.booking_id : undefined,
        }),
      explain: refusalOf,
    });
  },
});
