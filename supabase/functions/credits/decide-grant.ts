import { GrantPath, RecordedGrant } from "../_shared/contracts/credits.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { once } from "../_shared/http/idempotency/once.ts";

/** What both decisions share. */
const DECISION = {
  method: "post",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  params: GrantPath,
  responses: { 200: RecordedGrant },
} as const;

/** Lets a pending grant give its credits. */
export const confirmGrant = defineRoute({
  ...DECISION,
  path: "/grants/{id}/confirm",
  summary: "Confirm a pending grant",
  description: "For an operator who neither requested the grant nor receives it.",
  errors: ["not_found", "grant_not_allowed", "grant_not_pending"],
  handler: (call) => once(call, "grants_decide", { p_grant_id: call.params.id, p_confirm: true }),
});

/** Ends a pending grant without credits; who asked for it may do that, too. */
export const declineGrant = defineRoute({
  ...DECISION,
  path: "/grants/{id}/decline",
  summary: "Decline a pending grant",
  errors: ["not_found", "grant_not_pending"],
  handler: (call) => once(call, "grants_decide", { p_grant_id: call.params.id, p_confirm: false }),
});
