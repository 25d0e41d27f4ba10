import { BookingPath, CancelledBooking } from "../_shared/contracts/bookings.ts";
import type { RefundToSend } from "../_shared/contracts/database/results/refunds.ts";
import { sendRefund } from "../_shared/domain/refunds/send-refund.ts";
import type { Services } from "../_shared/http/route/app-services.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { twoPhase } from "../_shared/http/idempotency/two-phase.ts";

/**
 * Sends the refund of a cancelled booking. If sending fails, the response stays the same: the
 * booking is cancelled, and the runner sends the refund later or records that it failed.
 */
async function refundNow(services: Services, refund: RefundToSend): Promise<void> {
  await sendRefund(services, refund).catch((error: unknown) => {
    services.log("warn", "refund of a cancelled booking not sent", { detail: String(error) });
  });
}

/**
 * Cancels a booking for its buyer or its provider. An unpaid booking's payment is cancelled; a paid
 * booking is refunded.
 */
export const cancelBooking = defineRoute({
  method: "delete",
  path: "/{id}",
  summary: "Cancel a booking",
  description:
    "For the buyer and the provider. An unpaid booking is cancelled; a paid or confirmed one is " +
    "refunded in full and cancelled. A payment that arrives afterwards is refunded.",
  who: ["user"],
  limit: "default",
  idempotent: true,
  params: BookingPath,
  responses: { 200: CancelledBooking },
  asksUpstream: true,
  errors: ["not_found", "booking_not_cancellable"],
  handler: (call) => {
    const { caller, params, services, idempotency } = call;
    const { database } = services;
    const { p_idempotency_key } = idempotency.args;
    return twoPhase(call, {
      what: "cancellation",
      begin: () =>
        database.rpc("bookings_cancel", {
          p_user_id: caller.userId,
          p_booking_id: params.id,
          ...idempotency.args,
        }),
      async outside(step) {
        if (step.step === "refund") await refundNow(services, step.refund);
        else await (await services.payments()).cancelBookingPayment(step);
      },
      attach: () =>
        database.rpc("bookings_cancelled", { p_booking_id: params.id, p_idempotency_key }),
      abandon: () =>
        database.rpc("bookings_abandon", { p_idempotency_key, p_booking_id: undefined }),
    });
  },
});
