import { Refund, RefundBody } from "../_shared/contracts/refunds.ts";
import type { RefundAnswer } from "../_shared/contracts/database/results/refunds.ts";
import { withOwnTime } from "../_shared/core/request.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { keepRefusal } from "../_shared/http/idempotency/once.ts";
import { awaitEvent } from "../_shared/domain/refunds/await-event.ts";
import { sendRefund } from "../_shared/domain/refunds/send-refund.ts";

/** Gives money back. What that takes of the credits is decided by Stripe's event, here and from there. */
export const startRefund = defineRoute({
  method: "post",
  path: "/",
  summary: "Refund an order or a booking",
  description:
    "In full or in part, until nothing is left. The answer waits up to two seconds for Stripe's " +
    "event; until that has arrived, status is pending and no credits have moved.",
  who: ["operator"],
  limit: "refunds",
  idempotent: true,
  body: RefundBody,
  responses: { 201: Refund },
  asksUpstream: true,
  errors: ["not_found", "already_refunded", "refund_too_large"],
  handler: async (call) => {
    const { body, services, idempotency } = call;
    const { database } = services;
    const { p_idempotency_key } = idempotency.args;
    try {
      const step = await database.rpc("refunds_begin", {
        p_order_id: body.order_id,
        p_booking_id: body.booking_id,
        p_amount: body.amount?.toString(),
        p_reason: body.reason,
        ...idempotency.args,
      });
      if (step.step === "replay") {
        return { status: step.status, data: step.data as RefundAnswer, replayed: true };
      }
      const sent = await sendRefund(services, step.refund, p_idempotency_key);
      const { refund_id: p_refund_id } = await awaitEvent(services, sent);
      const finish = { p_refund_id, p_idempotency_key };
      return await withOwnTime(() => database.rpc("refunds_finish", finish));
    } catch (error) {
      await keepRefusal(call, error);
      throw error;
    }
  },
});
