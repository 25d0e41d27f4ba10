import { z } from "@hono/zod-openapi";
import { GrantPath, GrantsQuery, RecordedGrant } from "../_shared/contracts/credits.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok, page } from "../_shared/http/reply.ts";

/** Grants of operators, and those above the ceiling of one grant; newest first. */
export const listGrants = defineRoute({
  method: "get",
  path: "/grants",
  summary: "List grants made by hand",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: GrantsQuery,
  responses: { 200: z.array(RecordedGrant) },
  handler: async ({ query, services }) => {
    const { grants, next_before } = await services.database.rpc("grants_list", {
      p_status: query.status,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(grants, next_before);
  },
});

/** One of them: who asked for it, and who decided. */
export const readGrant = defineRoute({
  method: "get",
  path: "/grants/{id}",
  summary: "Read a grant",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: GrantPath,
  responses: { 200: RecordedGrant },
  errors: ["not_found"],
  handler: async ({ params, services }) =>
    ok(await services.database.rpc("grants_read", { p_grant_id: params.id })),
});
