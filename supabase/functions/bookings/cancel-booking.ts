import { BookingPath, CancelledBooking } from "../_shared/contracts/bookings.ts";
import type { CancelStep } from "../_shared/contracts/database/results/bookings.ts";
import type { RefundToSend } from "../_shared/contracts/database/results/refunds.ts";
import { withOwnTime } from "../_shared/core/request.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import type { Reply } from "../_shared/http/reply.ts";
import type { Idempotency } from "../_shared/http/idempotency/idempotency.ts";
import { keepRefusal } from "../_shared/http/idempotency/once.ts";
import { sendRefund } from "../_shared/domain/refunds/send-refund.ts";
import type { Services } from "../_shared/http/app-services.ts";

type Data = (typeof CancelledBooking)["_output"];
type OpenStep = Exclude<CancelStep, { status: number }>;

interface CancelCall {
  readonly params: { readonly id: string };
  readonly idempotency: Idempotency;
  readonly services: Services;
}

/** The booking is cancelled already; a refund that is not sent now the runner sends, or it says failed. */
async function refundNow(services: Services, refund: RefundToSend): Promise<void> {
  await sendRefund(services, refund).catch((error: unknown) => {
    services.log("warn", "refund of a cancelled booking not sent", { detail: String(error) });
  });
}

/** Outside any transaction; where it is not known what Stripe did, the key is freed for a retry. */
async function finishAtStripe(call: CancelCall, step: OpenStep): Promise<Reply<Data>> {
  const { services, params, idempotency } = call;
  const { database, payments, log } = services;
  const { p_idempotency_key } = idempotency.args;
  try {
    if (step.step === "refund") await refundNow(services, step.refund);
    else await (await payments()).cancelBookingPayment(step);
    const cancelled = { p_booking_id: params.id, p_idempotency_key };
    return await withOwnTime(() => database.rpc("bookings_cancelled", cancelled));
  } catch (error) {
    const abandon = { p_idempotency_key, p_booking_id: undefined };
    const abandoning = withOwnTime(() => database.rpc("bookings_abandon", abandon));
    await abandoning.catch((failure: unknown) => {
      log("warn", "cancellation not abandoned", { detail: String(failure) });
    });
    throw error;
  }
}

/** Cancels a booking for one of its parties: its payment where it is unpaid, else the money goes back. */
export const cancelBooking = defineRoute({
  method: "delete",
  path: "/{id}",
  summary: "Cancel a booking",
  description:
    "For its buyer and its provider. An unpaid booking is cancelled; a paid or confirmed one is " +
    "refunded in full and cancelled. A payment that arrives afterwards is refunded.",
  who: ["user"],
  limit: "default",
  idempotent: true,
  params: BookingPath,
  responses: { 200: CancelledBooking },
  asksUpstream: true,
  errors: ["not_found", "booking_not_cancellable"],
  handler: async (call) => {
    const { caller, params, services, idempotency } = call;
    const asked = { p_user_id: caller.userId, p_booking_id: params.id, ...idempotency.args };
    try {
      const step = await services.database.rpc("bookings_cancel", asked);
      if (!("status" in step)) return await finishAtStripe(call, step);
      const { status, replayed } = step;
      return { status, replayed, data: step.data as Data };
    } catch (error) {
      await keepRefusal(call, error);
      throw error;
    }
  },
});
