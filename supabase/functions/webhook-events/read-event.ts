import { WebhookEventPath, WebhookEventWithFacts } from "../_shared/contracts/webhook-events.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** One event, with what is kept of it. */
export const readEvent = defineRoute({
  method: "get",
  path: "/{id}",
  summary: "Read an event",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: WebhookEventPath,
  responses: { 200: WebhookEventWithFacts },
  errors: ["not_found"],
  handler: async ({ params, services }) =>
    ok(await services.database.rpc("inbox_read", { p_event_id: params.id })),
});
