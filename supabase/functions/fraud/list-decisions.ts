import { z } from "@hono/zod-openapi";
import { Decision, DecisionsQuery } from "../_shared/contracts/fraud.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { page } from "../_shared/http/reply.ts";

/** What was decided before each checkout, and why: newest first, allowed ones too, for 90 days. */
export const listDecisions = defineRoute({
  method: "get",
  path: "/decisions",
  summary: "List decisions about checkouts",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: DecisionsQuery,
  responses: { 200: z.array(Decision) },
  handler: async ({ query, services }) => {
    const { decisions, next_before } = await services.database.rpc("fraud_decisions_list", {
      p_user_id: query.user_id,
      p_outcome: query.outcome,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(decisions, next_before);
  },
});
