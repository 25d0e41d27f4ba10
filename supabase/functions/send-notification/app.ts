/** Notifications of the app's own, for callers that share a secret with us. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { sendNotification } from "./send-notification.ts";

export const createApp = (source: ServicesSource) =>
  createFunctionApp("send-notification", [sendNotification], source);

export const app = createApp(servicesFromEnv);
