import { HoldPath, SettleBody, SettledHold } from "../_shared/contracts/holds.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { once } from "../_shared/http/idempotency/once.ts";

/**
 * Ends a hold with what the work really cost: below releases the rest, above takes more from what is
 * available, and what is still short becomes debt, up to the policy's limit, and stands in `shortfall`. A
 * hold that expired within the policy's hour is settled from what is available, once.
 */
export const settleHold = defineRoute({
  method: "post",
  path: "/holds/{id}/settle",
  summary: "Settle a hold",
  who: ["secret"],
  limit: "none",
  idempotent: true,
  params: HoldPath,
  body: SettleBody,
  responses: { 200: SettledHold },
  errors: ["not_found", "hold_not_open", "overdraft_exceeded", "unknown_model", "usage_conflict"],
  handler: async (call) => {
    const { correlation_id, ...usage } = call.body.usage ?? {};
    return await once(call, "holds_settle", {
      p_hold_id: call.params.id,
      p_amount: call.body.amount,
      p_usage: call.body.usage && usage,
      p_correlation_id: correlation_id ?? call.context.traceId,
    });
  },
});
