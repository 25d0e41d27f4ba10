import { z } from "@hono/zod-openapi";
import { Booking, BookingPath, BookingsQuery } from "../_shared/contracts/bookings.ts";
import { ownerReadBy, subjectOf } from "../_shared/core/whose-data.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok, page } from "../_shared/http/reply/reply.ts";

/** Lists a user's bookings as buyer, as provider or as both, newest first. */
export const listBookings = defineRoute({
  method: "get",
  path: "/",
  summary: "List the bookings of a user",
  who: ["user", "operator"],
  limit: "default",
  idempotent: false,
  query: BookingsQuery,
  responses: { 200: z.array(Booking) },
  handler: async ({ caller, query, services }) => {
    const { bookings, next_before } = await services.database.rpc("bookings_list", {
      p_user_id: subjectOf(caller, query.user_id),
      p_role: query.role,
      p_status: query.status,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(bookings, next_before);
  },
});

/** Reads a booking. Among users, only its buyer and its provider may read it; other users get `not_found`. */
export const readBooking = defineRoute({
  method: "get",
  path: "/{id}",
  summary: "Read a booking",
  who: ["user", "operator"],
  limit: "default",
  idempotent: false,
  params: BookingPath,
  responses: { 200: Booking },
  errors: ["not_found"],
  handler: async ({ caller, params, services }) =>
    ok(
      await services.database.rpc("bookings_read", {
        p_user_id: ownerReadBy(caller),
        p_booking_id: params.id,
      }),
    ),
});

const STEPS = {
  confirm: { status: "confirmed", summary: "Confirm a paid booking" },
  complete: { status: "completed", summary: "Complete a confirmed booking" },
} as const;

/**
 * Declares the route with which a provider changes a booking's state. A repeated request changes
 * nothing.
 */
function advance(name: keyof typeof STEPS) {
  const { status, summary } = STEPS[name];
  return defineRoute({
    method: "post",
    path: `/{id}/${name}`,
    summary,
    description:
      "For the provider of the booking. If the booking's status does not allow this step, the " +
      "request is refused, and `details` names the status.",
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
