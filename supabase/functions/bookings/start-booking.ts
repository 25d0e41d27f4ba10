import { BookingBody, StartedBooking } from "../_shared/contracts/bookings.ts";
import type { BookingStep, BookingToPay } from "../_shared/contracts/database/results/bookings.ts";
import { clientIpHash } from "../_shared/http/input/client-ip.ts";
import { withOwnTime } from "../_shared/core/request.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import type { Reply } from "../_shared/http/reply.ts";
import { ApiError, invalid } from "../_shared/core/errors.ts";
import type { Idempotency } from "../_shared/http/idempotency/idempotency.ts";
import { keepRefusal } from "../_shared/http/idempotency/once.ts";
import type { Services } from "../_shared/http/app-services.ts";
import { StoredStripeError, StripeRefused } from "../_shared/adapters/stripe/errors.ts";

type Data = (typeof StartedBooking)["_output"];

interface BookingCall {
  readonly idempotency: Idempotency;
  readonly services: Services;
}

/** What Stripe's no is to the caller, where it is theirs to mend. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof StripeRefused)) return error;
  const { stripeCode, param } = error;
  if (
    param === "amount" || stripeCode === "amount_too_small" || stripeCode === "amount_too_large"
  ) {
    return invalid("Stripe can't charge this amount. Send another one.", "amount");
  }
  if (param === "currency") {
    return invalid("Stripe can't charge in this currency. Send another one.", "currency");
  }
  const isProvider = stripeCode === "insufficient_capabilities_for_transfer" ||
    param?.startsWith("transfer_data");
  return isProvider ? invalid("This provider can't be paid at the moment.", "provider_id") : error;
}

/** What was decided is on record; the caller learns whose limit it is and when to come back, no more. */
function notNow(step: BookingStep & { step: "refused" }): ApiError {
  return step.code === "forbidden"
    ? new ApiError(step.code, { message: "This booking is not possible." })
    : new ApiError(step.code, {
      details: { limit: step.limit },
      retryAfterSeconds: step.retry_after,
    });
}

/**
 * Stripe is asked outside any transaction; if that fails the key is freed, so a retry runs again: with the
 * same booking, for which Stripe may have a payment, or with a new one after an answer that Stripe keeps.
 */
async function payAtStripe(call: BookingCall, booking: BookingToPay): Promise<Reply<Data>> {
  const { database, payments: getPayments, log } = call.services;
  const { p_idempotency_key } = call.idempotency.args;
  const { booking_id } = booking;
  try {
    const payments = await getPayments();
    const { id, clientSecret } = await payments.createBookingPayment(booking);
    const args = { p_booking_id: booking_id, p_payment_intent_id: id, p_idempotency_key };
    const attach = { ...args, p_client_secret: clientSecret };
    const reply = await withOwnTime(() => database.rpc("bookings_attach", attach));
    if (reply.data.status === "cancelled") {
      // Called off while Stripe was asked. What is paid all the same is returned.
      await payments.cancelBookingPayment({ booking_id, payment_intent_id: id })
        .catch((failure: unknown) => {
          log("warn", "payment not cancelled", { detail: String(failure) });
        });
    }
    return reply;
  } catch (error) {
    const isSpent = error instanceof StoredStripeError;
    const abandon = { p_idempotency_key, p_booking_id: isSpent ? booking_id : undefined };
    const abandoning = withOwnTime(() => database.rpc("bookings_abandon", abandon));
    await abandoning.catch((failure: unknown) => {
      // The key then stays in progress until its lock times out, and a retry takes it over.
      log("warn", "booking not abandoned", { detail: String(failure) });
    });
    throw refusalOf(error);
  }
}

/** Books a provider: the answer has the secret with which the buyer's browser pays. */
export const startBooking = defineRoute({
  method: "post",
  path: "/",
  summary: "Book a provider",
  description: "The provider's charges must be enabled. The fee is 3 %, rounded half up.",
  who: ["user"],
  limit: "bookings",
  idempotent: true,
  feature: "b2b",
  body: BookingBody,
  responses: { 201: StartedBooking },
  asksUpstream: true,
  errors: ["velocity_exceeded"],
  handler: async (call) => {
    const { caller, body, services, idempotency } = call;
    const begin = {
      p_user_id: caller.userId,
      p_provider_id: body.provider_id,
      p_amount: body.amount,
      p_currency: body.currency,
      p_client_temp_id: body.client_temp_id,
      p_details: body.details,
      p_ip_hash: clientIpHash(call.headers, services),
      ...idempotency.args,
    };
    const step = await services.database.rpc("bookings_begin", begin)
      .catch(async (error: unknown) => {
        await keepRefusal(call, error);
        throw error;
      });
    if (step.step === "refused") throw notNow(step);
    if (step.step === "create") return await payAtStripe(call, step.booking);
    return { status: step.status, data: step.data as Data, replayed: true };
  },
});
