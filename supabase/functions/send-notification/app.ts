/** Notifications of the app's own, for callers that share a secret with us. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { sendNotification } from "./send-notification.ts";

export const { app, createApp } = defineFunction(
  "send-notification",
  [sendNotification],
  servicesFromEnv,
);
