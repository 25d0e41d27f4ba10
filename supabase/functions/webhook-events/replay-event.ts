import { WebhookEventPath, WebhookEventWithFacts } from "../_shared/contracts/webhook-events.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { ok } from "../_shared/http/reply.ts";

/** Tries an event again that is dead, failed, deferred or ignored. Its state says what became of it. */
export const replayEvent = defineRoute({
  method: "post",
  path: "/{id}/replay",
  summary: "Apply an event again",
  description:
    "It is applied as if Stripe delivered it now. An event that was processed stays as it is.",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: WebhookEventPath,
  responses: { 200: WebhookEventWithFacts },
  errors: ["not_found"],
  handler: async ({ params, services }) =>
    ok(await services.database.rpc("inbox_replay", { p_event_id: params.id })),
});
