import { z } from "@hono/zod-openapi";
import { WebhookEvent, WebhookEventsQuery } from "../_shared/contracts/webhook-events.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { page } from "../_shared/http/reply.ts";

/** The inbox, newest first. */
export const listEvents = defineRoute({
  method: "get",
  path: "/",
  summary: "List Stripe's events",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: WebhookEventsQuery,
  responses: { 200: z.array(WebhookEvent) },
  handler: async ({ query, services }) => {
    const { events, next_before } = await services.database.rpc("inbox_list", {
      p_state: query.state,
      p_type: query.type,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(events, next_before);
  },
});
