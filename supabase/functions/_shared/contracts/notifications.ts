/** Notifications: which template, to whom, with what data. */
import { z } from "@hono/zod-openapi";
import { Uuid } from "./common.ts";
import { NOTIFICATION_DATA } from "./notification-data.ts";

const To = z.union([
  z.strictObject({ user_id: Uuid }),
  z.strictObject({
    email: z.email("email must be an email address.").max(254).openapi({
      description: "Stored until the notification is sent or given up, at most three days.",
    }),
  }),
], "Name one user_id or one email.").openapi("NotificationRecipient");

function notification<T extends keyof typeof NOTIFICATION_DATA>(template: T) {
  const data = NOTIFICATION_DATA[template];
  return z.strictObject({ template: z.literal(template), to: To, data });
}

export const NotificationBody = z.discriminatedUnion("template", [
  notification("receipt"),
  notification("refund"),
  notification("low_balance"),
  notification("credits_expiring"),
  notification("top_up_failed"),
]).openapi("NotificationRequest");

export const Notification = z.object({
  notification_id: Uuid,
  status: z.literal("queued"),
}).openapi("Notification");
