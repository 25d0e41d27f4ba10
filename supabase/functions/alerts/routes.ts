import { z } from "@hono/zod-openapi";
import { Alert, AlertPath, AlertsQuery } from "../_shared/contracts/alerts.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok, page } from "../_shared/http/reply/reply.ts";

/** Lists alerts, newest first. */
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

/** Reads one alert, for a web page whose URL contains the alert's id. */
export const readAlert = defineRoute({
  method: "get",
  path: "/{id}",
  summary: "Read an alert",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: AlertPath,
  responses: { 200: Alert },
  errors: ["not_found"],
  handler: async ({ params, services }) =>
    ok(await services.database.rpc("alerts_read", { p_incident_id: params.id })),
});

/**
 * Records that an operator works on an alert. A repeated request changes nothing, so the route
 * needs no Idempotency-Key.
 */
export const acknowledgeAlert = defineRoute({
  method: "post",
  path: "/{id}/acknowledge",
  summary: "Acknowledge an alert",
  description:
    "An acknowledgement silences nothing. Only the first operator who acknowledges an alert is " +
    "recorded, and a resolved alert stays resolved.",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: AlertPath,
  responses: { 200: Alert },
  errors: ["not_found"],
  handler: async ({ params, services }) =>
    ok(
      await services.database.rpc("alerts_acknowledge", {
        p_incident_id: params.id,
      }),
    ),
});
