import { SpendCap, SpendCapQuery } from "../_shared/contracts/spend-caps.ts";
import { subjectOf } from "../_shared/core/caller.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** How much may be spent in a day, and how much was today. */
export const readSpendCap = defineRoute({
  method: "get",
  path: "/spend-cap",
  summary: "Read the daily spend cap",
  who: ["user", "secret"],
  limit: "default",
  idempotent: false,
  query: SpendCapQuery,
  responses: { 200: SpendCap },
  errors: ["not_found"],
  handler: async ({ caller, query, services }) =>
    ok(
      await services.database.rpc("spend_caps_read", {
        p_user_id: subjectOf(caller, query.user_id),
      }),
    ),
});
