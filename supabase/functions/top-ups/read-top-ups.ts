import { TopUps } from "../_shared/contracts/top-ups.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** The caller's auto top-up; off for who never wanted one. */
export const readTopUps = defineRoute({
  method: "get",
  path: "/",
  summary: "Read your own auto top-up",
  who: ["user"],
  limit: "default",
  idempotent: false,
  responses: { 200: TopUps },
  handler: async ({ caller, services }) =>
    ok(await services.database.rpc("top_ups_read", { p_user_id: caller.userId })),
});
