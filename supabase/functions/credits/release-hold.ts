import { HoldPath, ReleasedHold } from "../_shared/contracts/holds.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { once } from "../_shared/http/idempotency/once.ts";

/** Ends a hold without a charge. */
export const releaseHold = defineRoute({
  method: "post",
  path: "/holds/{id}/release",
  summary: "Release a hold",
  who: ["secret"],
  limit: "none",
  idempotent: true,
  params: HoldPath,
  responses: { 200: ReleasedHold },
  errors: ["not_found", "hold_not_open"],
  handler: (call) =>
    once(call, "holds_release", {
      p_hold_id: call.params.id,
      p_correlation_id: call.context.traceId,
    }),
});
