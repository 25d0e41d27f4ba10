import { z } from "@hono/zod-openapi";
import { Booking, BookingsQuery } from "../_shared/contracts/bookings.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { page } from "../_shared/http/reply.ts";

/** The caller's bookings, newest first, as buyer, as provider or as both. */
export const listBookings = defineRoute({
  method: "get",
  path: "/",
  summary: "List your own bookings",
  who: ["user"],
  limit: "default",
  idempotent: false,
  query: BookingsQuery,
  responses: { 200: z.array(Booking) },
  handler: async ({ caller, query, services }) => {
    const { bookings, next_before } = await services.database.rpc("bookings_list", {
      p_user_id: caller.userId,
      p_role: query.role,
      p_status: query.status,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(bookings, next_before);
  },
});
