import { Booking, BookingPath } from "../_shared/contracts/bookings.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

const STEPS = {
  confirm: { status: "confirmed", summary: "Confirm a paid booking" },
  complete: { status: "completed", summary: "Complete a confirmed booking" },
} as const;

/** A step that is the provider's; said twice it is said once. */
function advance(name: keyof typeof STEPS) {
  const { status, summary } = STEPS[name];
  return defineRoute({
    method: "post",
    path: `/{id}/${name}`,
    summary,
    description:
      "For its provider alone. In another status it is refused, and `details` names that status.",
    who: ["user"],
    limit: "default",
    idempotent: false,
    params: BookingPath,
    responses: { 200: Booking },
    errors: ["not_found"],
    handler: async ({ caller, params, services }) =>
      ok(
        await services.database.rpc("bookings_advance", {
          p_user_id: caller.userId,
          p_booking_id: params.id,
          p_status: status,
        }),
      ),
  });
}

export const confirmBooking = advance("confirm");
export const completeBooking = advance("complete");
