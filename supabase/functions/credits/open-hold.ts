import { HoldBody, OpenedHold } from "../_shared/contracts/holds.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { once } from "../_shared/http/idempotency/once.ts";

/** Reserves credits before the work begins: an amount, or the price of an estimate. */
export const openHold = defineRoute({
  method: "post",
  path: "/holds",
  summary: "Reserve credits",
  who: ["secret"],
  limit: "default",
  idempotent: true,
  body: HoldBody,
  responses: { 201: OpenedHold },
  errors: ["insufficient_credits", "spend_cap_reached", "not_found", "unknown_model"],
  handler: (call) => {
    const { user_id, amount, estimate, ttl_seconds, reason } = call.body;
    return once(call, "holds_open", {
      p_user_id: user_id,
      p_amount: amount,
      p_estimate: estimate,
      p_ttl_seconds: ttl_seconds,
      p_reason: reason,
      p_correlation_id: call.context.traceId,
    });
  },
});
