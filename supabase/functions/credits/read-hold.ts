import { Hold, HoldPath } from "../_shared/contracts/holds.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** A hold; a user sees only their own, and another's is not found. */
export const readHold = defineRoute({
  method: "get",
  path: "/holds/{id}",
  summary: "Read a hold",
  who: ["user", "secret"],
  limit: "default",
  idempotent: false,
  params: HoldPath,
  responses: { 200: Hold },
  errors: ["not_found"],
  handler: async ({ caller, params, services }) =>
    ok(
      await services.database.rpc("holds_read", {
        p_hold_id: params.id,
        p_user_id: caller.kind === "user" ? caller.userId : undefined,
      }),
    ),
});
