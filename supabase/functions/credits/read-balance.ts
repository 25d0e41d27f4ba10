import { Balance, BalanceQuery } from "../_shared/contracts/credits.ts";
import { subjectOf } from "../_shared/core/caller.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** The balance now, with its lots and holds; or the bare balance of a past moment with `?at=`. */
export const readBalance = defineRoute({
  method: "get",
  path: "/",
  summary: "Read the balance, now or at a past moment",
  who: ["user", "secret"],
  limit: "default",
  idempotent: false,
  query: BalanceQuery,
  responses: { 200: Balance },
  errors: ["not_found"],
  handler: async ({ caller, query, services }) =>
    ok(
      await services.database.rpc("credits_balance", {
        p_user_id: subjectOf(caller, query.user_id),
        p_at: query.at,
      }),
    ),
});
