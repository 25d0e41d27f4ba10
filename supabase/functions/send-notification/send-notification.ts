import { Notification, NotificationBody } from "../_shared/contracts/notifications.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { idempotent } from "../_shared/http/idempotency/idempotent.ts";

/** Queues a notification. The runner sends it at most once. */
export const sendNotification = defineRoute({
  method: "post",
  path: "/",
  summary: "Queue a notification to a user or an email address",
  description:
    "The notification is sent by email soon after, at most once. A user's address is read when " +
    "the email is sent.",
  who: ["shared"],
  limit: "notifications",
  idempotent: "optional",
  body: NotificationBody,
  responses: { 200: Notification },
  errors: ["not_found"],
  handler: async (call) => {
    const { template, to, data, locale } = call.body;
    return await idempotent(call, "notifications_send", {
      p_template: template,
      p_user_id: "user_id" in to ? to.user_id : undefined,
      p_email: "email" in to ? to.email : undefined,
      p_data: data,
      p_locale: locale,
    });
  },
});
