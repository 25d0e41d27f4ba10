import { Charge, UsageBody } from "../_shared/contracts/usage.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { once } from "../_shared/http/idempotency/once.ts";

/**
 * Charges one use of a model, at most once for ever by (user, event_id). A known event answers 200 with
 * the first charge and `duplicate: true`; with other contents it is 409 `usage_conflict`.
 */
export const chargeUsage = defineRoute({
  method: "post",
  path: "/",
  summary: "Charge one use of a model",
  who: ["secret"],
  limit: "usage",
  idempotent: true,
  body: UsageBody,
  responses: { 200: Charge, 201: Charge },
  errors: [
    "insufficient_credits",
    "spend_cap_reached",
    "not_found",
    "unknown_model",
    "usage_conflict",
  ],
  handler: async (call) => {
    const { user_id, correlation_id, event_id = call.idempotency.key, ...usage } = call.body;
    return await once(call, "usage_charge", {
      p_user_id: user_id,
      p_usage: { event_id, ...usage },
      p_correlation_id: correlation_id ?? call.context.traceId,
    });
  },
});
