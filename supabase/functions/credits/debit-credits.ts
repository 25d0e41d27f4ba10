import { Debit, DebitBody } from "../_shared/contracts/credits.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { once } from "../_shared/http/idempotency/once.ts";

/** Takes credits for something other than metered usage, in burn-down order. */
export const debitCredits = defineRoute({
  method: "post",
  path: "/debits",
  summary: "Take credits from a user",
  who: ["secret"],
  limit: "default",
  idempotent: true,
  body: DebitBody,
  responses: { 200: Debit, 201: Debit },
  errors: ["insufficient_credits", "spend_cap_reached", "reference_conflict", "not_found"],
  handler: (call) =>
    once(call, "credits_debit", {
      p_user_id: call.body.user_id,
      p_amount: call.body.amount,
      p_reason: call.body.reason,
      p_reference_id: call.body.reference_id,
      p_correlation_id: call.context.traceId,
      p_once: call.body.once,
    }),
});
