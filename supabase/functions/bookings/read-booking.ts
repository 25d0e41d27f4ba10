import { Booking, BookingPath } from "../_shared/contracts/bookings.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** A booking, to its buyer and to its provider; to anybody else it is not found. */
export const readBooking = defineRoute({
  method: "get",
  path: "/{id}",
  summary: "Read one of your own bookings",
  who: ["user"],
  limit: "default",
  idempotent: false,
  params: BookingPath,
  responses: { 200: Booking },
  errors: ["not_found"],
  handler: async ({ caller, params, services }) =>
    ok(
      await services.database.rpc("bookings_read", {
        p_user_id: caller.userId,
        p_booking_id: params.id,
      }),
    ),
});
