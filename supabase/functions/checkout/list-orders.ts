import { z } from "@hono/zod-openapi";
import { Order, OrdersQuery } from "../_shared/contracts/checkout.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { page } from "../_shared/http/reply.ts";

/** The caller's orders, newest first. */
export const listOrders = defineRoute({
  method: "get",
  path: "/orders",
  summary: "List your own orders",
  who: ["user"],
  limit: "default",
  idempotent: false,
  query: OrdersQuery,
  responses: { 200: z.array(Order) },
  handler: async ({ caller, query, services }) => {
    const { orders, next_before } = await services.database.rpc("checkout_orders", {
      p_user_id: caller.userId,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(orders, next_before);
  },
});
