import { z } from "@hono/zod-openapi";
import {
  ListedNotification,
  NotificationPath,
  NotificationsQuery,
  RETRIED_AT_ONCE,
  RetriedNotifications,
  RetryBody,
  RetryDeadBody,
} from "../_shared/contracts/notifications.ts";
import { idempotent } from "../_shared/http/idempotency/idempotent.ts";
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

/** Requeues a dead-lettered notification. */
export const retryNotification = defineRoute({
  method: "post",
  path: "/{id}/retry",
  summary: "Send a dead-lettered notification again",
  description:
    "The notification gets eight new attempts; the reason is audited. A notification that is not " +
    "dead-lettered gets 409 `notification_not_dead`, so repeated requests send it once.",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  params: NotificationPath,
  body: RetryBody,
  responses: { 200: ListedNotification },
  errors: ["not_found", "notification_not_dead"],
  handler: (call) =>
    idempotent(call, "notifications_retry", {
      p_notification_id: call.params.id,
      p_reason: call.body.reason,
      p_even_if_sent: call.body.even_if_sent,
    }),
});

/** Requeues all notifications that were dead-lettered in a period, for example during an outage. */
export const retryDeadNotifications = defineRoute({
  method: "post",
  path: "/retry",
  summary: "Send dead-lettered notifications again after an outage",
  description:
    "Notifications that may have been sent (`uncertain`) or have no address any more are left out.",
  who: ["operator"],
  limit: "default",
  idempotent: true,
  body: RetryDeadBody,
  responses: { 200: RetriedNotifications },
  handler: (call) =>
    idempotent(call, "notifications_retry_dead", {
      p_since: call.body.since,
      p_until: call.body.until,
      p_template: call.body.template,
      p_error: call.body.last_error,
      p_reason: call.body.reason,
      p_dry_run: call.body.dry_run,
      p_limit: RETRIED_AT_ONCE,
    }),
});
