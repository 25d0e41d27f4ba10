import { Order, OrderPath } from "../_shared/contracts/checkout.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** One of the caller's orders; another's is not found. */
export const readOrder = defineRoute({
  method: "get",
  path: "/orders/{id}",
  summary: "Read one of your own orders",
  who: ["user"],
  limit: "default",
  idempotent: false,
  params: OrderPath,
  responses: { 200: Order },
  errors: ["not_found"],
  handler: async ({ caller, params, services }) =>
    ok(
      await services.database.rpc("checkout_order", {
        p_user_id: caller.userId,
        p_order_id: params.id,
      }),
    ),
});
