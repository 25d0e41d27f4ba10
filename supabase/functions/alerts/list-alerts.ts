import { z } from "@hono/zod-openapi";
import { Alert, AlertsQuery } from "../_shared/contracts/alerts.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { page } from "../_shared/http/reply.ts";

/** What has fired, newest first. */
export const listAlerts = defineRoute({
  method: "get",
  path: "/",
  summary: "List alerts",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: AlertsQuery,
  responses: { 200: z.array(Alert) },
  handler: async ({ query, services }) => {
    const { alerts, next_before } = await services.database.rpc("alerts_list", {
      p_state: query.state,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(alerts, next_before);
  },
});
