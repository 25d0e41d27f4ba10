import { Alert, AlertPath } from "../_shared/contracts/alerts.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** Says that somebody is on it. Asked twice it does the same, so it needs no key. */
export const acknowledgeAlert = defineRoute({
  method: "post",
  path: "/{id}/acknowledge",
  summary: "Acknowledge an alert",
  description: "Silences nothing. Whoever was first stays, and an alert that is resolved stays so.",
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
