import { z } from "@hono/zod-openapi";
import { Warning, WarningsQuery } from "../_shared/contracts/fraud.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { page } from "../_shared/http/reply.ts";

/** Early fraud warnings of the card networks, newest first. What an open one is about is frozen. */
export const listWarnings = defineRoute({
  method: "get",
  path: "/warnings",
  summary: "List early fraud warnings",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: WarningsQuery,
  responses: { 200: z.array(Warning) },
  handler: async ({ query, services }) => {
    const { warnings, next_before } = await services.database.rpc("warnings_list", {
      p_state: query.state,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(warnings, next_before);
  },
});
