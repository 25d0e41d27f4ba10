import { Refund, RefundPath } from "../_shared/contracts/refunds.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** One refund, as it stands by Stripe's last event. */
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
    ok(await services.database.rpc("refunds_read", { p_refund_id: params.id })),
});
