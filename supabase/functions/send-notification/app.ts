/** The `send-notification` function: a back end with the shared secret sends notifications. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { sendNotification } from "./send-notification.ts";

export const { app, createApp, declaration } = defineFunction(
  "send-notification",
  [sendNotification],
  servicesFromEnv,
);
