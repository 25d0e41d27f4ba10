import { Grant, GrantBody, RecordedGrant } from "../_shared/contracts/credits.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { once } from "../_shared/http/idempotency/once.ts";

/**
 * Gives credits without a payment: a promotion or a correction. Answers with the new lot, or with a grant
 * that waits for a second operator.
 */
export const grantCredits = defineRoute({
  method: "post",
  path: "/grants",
  summary: "Grant credits to a user",
  description:
    "Operators can't grant credits to themselves. Above a ceiling of the policy the answer is " +
    "202: the grant is pending until another operator confirms it.",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  body: GrantBody,
  responses: { 200: Grant, 201: Grant, 202: RecordedGrant },
  errors: ["grant_not_allowed", "reference_conflict", "not_found"],
  handler: (call) =>
    once(call, "credits_grant", {
      p_user_id: call.body.user_id,
      p_amount: call.body.amount,
      p_source: call.body.source,
      p_expires_at: call.body.expires_at,
      p_priority: call.body.priority,
      p_reason: call.body.reason,
      p_correlation_id: call.context.traceId,
      p_reference_id: call.body.reference_id,
      p_once: call.body.once,
    }),
});
