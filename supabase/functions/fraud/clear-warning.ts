import { ClearedWarning, ClearWarningBody, WarningPath } from "../_shared/contracts/fraud.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { once } from "../_shared/http/idempotency/once.ts";

/** Says that a warning was looked into: what it froze is free again. */
export const clearWarning = defineRoute({
  method: "post",
  path: "/warnings/{id}/clear",
  summary: "Clear an early fraud warning",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  params: WarningPath,
  body: ClearWarningBody,
  responses: { 200: ClearedWarning },
  errors: ["not_found"],
  handler: (call) =>
    once(call, "warnings_clear", {
      p_warning_id: call.params.id,
      p_reason: call.body.reason,
    }),
});
