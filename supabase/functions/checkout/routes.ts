import { z } from "@hono/zod-openapi";
import { Order, OrderPath, OrdersQuery, Package } from "../_shared/contracts/checkout.ts";
import { WholeListQuery } from "../_shared/contracts/list-query.ts";
import { ownerReadBy, subjectOf } from "../_shared/core/whose-data.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok, page, pageOfWhole } from "../_shared/http/reply/reply.ts";

/** Lists the packages on sale, ordered by price. */
export const listPackages = defineRoute({
  method: "get",
  path: "/packages",
  summary: "List the packages on sale",
  who: ["none"],
  limit: "default",
  idempotent: false,
  query: WholeListQuery,
  responses: { 200: z.array(Package) },
  handler: async ({ query, services }) =>
    pageOfWhole(await services.database.rpc("checkout_packages", {}), query, ({ id }) => id),
});

/** Lists a user's orders, newest first. */
export const listOrders = defineRoute({
  method: "get",
  path: "/orders",
  summary: "List the orders of a user",
  who: ["user", "operator"],
  limit: "default",
  idempotent: false,
  query: OrdersQuery,
  responses: { 200: z.array(Order) },
  handler: async ({ caller, query, services }) => {
    const { orders, next_before } = await services.database.rpc("checkout_orders", {
      p_user_id: subjectOf(caller, query.user_id),
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(orders, next_before);
  },
});

/** Reads an order. A user reads only their own orders; another user's order is `not_found`. */
export const readOrder = defineRoute({
  method: "get",
  path: "/orders/{id}",
  summary: "Read an order",
  who: ["user", "operator"],
  limit: "default",
  idempotent: false,
  params: OrderPath,
  responses: { 200: Order },
  errors: ["not_found"],
  handler: async ({ caller, params, services }) =>
    ok(
      await services.database.rpc("checkout_order", {
        p_user_id: ownerReadBy(caller),
        p_order_id: params.id,
      }),
    ),
});
