/**
 * The `notifications` function: operators read which notifications were sent to whom, and which were not
 * sent.
 */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { listNotifications, retryDeadNotifications, retryNotification } from "./routes.ts";

export const { app, createApp, declaration } = defineFunction(
  "notifications",
  [listNotifications, retryNotification, retryDeadNotifications],
  servicesFromEnv,
);
