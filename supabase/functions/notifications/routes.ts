import { z } from "@hono/zod-openapi";
import { ListedNotification, NotificationsQuery } from "../_shared/contracts/notifications.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { page } from "../_shared/http/reply/reply.ts";

/** Lists notifications without their contents, newest first. */
export const listNotifications = defineRoute({
  method: "get",
  path: "/",
  summary: "List notifications",
  description: "Addresses are masked, unless `user_id` names the user.",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  query: NotificationsQuery,
  responses: { 200: z.array(ListedNotification) },
  errors: ["not_found"],
  handler: async ({ query, services }) => {
    const { notifications, next_before } = await services.database.rpc("notifications_list", {
      p_state: query.state,
      p_template: query.template,
      p_user_id: query.user_id,
      p_before: query.cursor,
      p_limit: query.limit,
    });
    return page(notifications, next_before);
  },
});
