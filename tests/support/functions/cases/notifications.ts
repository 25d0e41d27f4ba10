/** The routes of notifications, each with a request that succeeds. */
import { WEBHOOK_SECRET } from "../fakes/services.ts";
import { RECEIPT } from "../samples/notifications.ts";
import { USER_ID } from "../project.ts";
import type { RouteCase } from "./routes.ts";

export const NOTIFICATION_CASES: readonly RouteCase[] = [
  {
    method: "POST",
    path: "/send-notification",
    // The shared secret alone authenticates the request. A request that also has another valid credential
    // is accepted, too.
    allowed: ["nobody", "publishable", "user", "operator", "secret"],
    as: "nobody",
    isIdempotent: true,
    isKeyOptional: true,
    status: 200,
    headers: { "x-webhook-secret": WEBHOOK_SECRET },
    body: { template: "receipt", to: { user_id: USER_ID }, data: RECEIPT },
    reaches: ["notifications_send"],
  },
  {
    method: "POST",
    path: "/notification-runner",
    allowed: ["secret"],
    as: "secret",
    status: 200,
    reaches: ["notifications_claim"],
  },
];
