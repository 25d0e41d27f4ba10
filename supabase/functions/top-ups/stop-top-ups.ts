import { TopUps } from "../_shared/contracts/top-ups.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** Opts out, whatever is switched off: nobody is kept in what they want out of. */
export const stopTopUps = defineRoute({
  method: "delete",
  path: "/",
  summary: "Opt out of auto top-up",
  who: ["user"],
  limit: "default",
  idempotent: false,
  responses: { 200: TopUps },
  errors: ["not_found"],
  handler: async ({ caller, services }) =>
    ok(await services.database.rpc("top_ups_stop", { p_user_id: caller.userId })),
});
