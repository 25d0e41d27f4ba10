import { z } from "@hono/zod-openapi";
import { Refund, RefundPath, RefundsQuery } from "../_shared/contracts/refunds.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok, page } from "../_shared/http/reply/reply.ts";

/**
 * Lists refunds of all payments, or of an order, a booking or a buyer, newest first. Refunds that were
 * started in Stripe's dashboard are included.
 */
export const listRefunds = defineRoute({
  method: "get",
  path: "/",
  summary: "List refunds",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: RefundsQuery,
  responses: { 200: z.array(Refund) },
  handler: async ({ query, services }) => {
    const { refunds, next_before } = await services.database.rpc("refunds_list", {
      p_order_id: query.order_id,
      p_booking_id: query.booking_id,
      p_user_id: query.user_id,
      p_status: query.status,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(refunds, next_before);
  },
});

/** Reads a refund, in the state that Stripe's last event reported. */
export const readRefund = defineRoute({
  method: "get",
  path: "/{id}",
  summary: "Read a refund",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: RefundPath,
  responses: { 200: Refund },
  errors: ["not_found"],
  handler: async ({ params, services }) =>
    ok(
      await services.database.rpc("refunds_read", {
        p_refund_id: params.id,
        p_is_repeat: undefined,
      }),
    ),
});
