import { Refund, RefundBody, RefundPreview } from "../_shared/contracts/refunds.ts";
import { awaitEvent } from "../_shared/domain/refunds/await-event.ts";
import { sendRefund } from "../_shared/domain/refunds/send-refund.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import { twoPhase } from "../_shared/http/idempotency/two-phase.ts";

/**
 * Refunds an order or a booking. When Stripe's event arrives, the database computes how many credits are
 * clawed back, as for a refund that was started in the dashboard.
 */
export const startRefund = defineRoute({
  method: "post",
  path: "/",
  summary: "Refund an order or a booking",
  description:
    "A payment can be refunded in full or in parts, until nothing is left. The response waits up " +
    "to two seconds for Stripe's event; before the event arrives, status is pending and no " +
    "credits have moved. With `dry_run` the response is 200 with what the refund would change.",
  who: ["operator"],
  limit: "refunds",
  idempotent: true,
  body: RefundBody,
  responses: { 200: RefundPreview, 201: Refund },
  asksUpstream: true,
  errors: ["not_found", "already_refunded", "refund_too_large"],
  handler: async (call) => {
    const { body, services, idempotency } = call;
    const { database } = services;
    const terms = {
      p_order_id: body.order_id,
      p_booking_id: body.booking_id,
      p_amount: body.amount?.toString(),
      p_reason: body.reason,
    };
    // A dry run uses no idempotency key, because its figures must be computed anew for each
    // request.
    if (body.dry_run) return ok(await database.rpc("refunds_preview", terms));
    const { p_idempotency_key } = idempotency.args;
    return await twoPhase(call, {
      what: "refund",
      begin: () => database.rpc("refunds_begin", { ...terms, ...idempotency.args }),
      // sendRefund stores Stripe's response and frees the key after a failure, so this call needs
      // no `abandon`.
      async outside({ refund }) {
        const sent = await sendRefund(services, refund, p_idempotency_key);
        return await awaitEvent(services, sent);
      },
      attach: ({ refund_id }) =>
        database.rpc("refunds_finish", { p_refund_id: refund_id, p_idempotency_key }),
    });
  },
});
