import { Grant, GrantBody } from "../_shared/contracts/credits.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { once } from "../_shared/http/once.ts";

/** Gives credits without a payment: a promotion or a correction. Answers with the new lot. */
export const grantCredits = defineRoute({
  method: "post",
  path: "/grants",
  summary: "Grant credits to a user",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  body: GrantBody,
  responses: { 201: Grant },
  errors: ["not_found"],
  handler: (call) =>
    once(call, "credits_grant", {
      p_user_id: call.body.user_id,
      p_amount: call.body.amount,
      p_source: call.body.source,
      p_expires_at: call.body.expires_at,
      p_priority: call.body.priority,
      p_reason: call.body.reason,
      p_correlation_id: call.context.traceId,
    }),
});
