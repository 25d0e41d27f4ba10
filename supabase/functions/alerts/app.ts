/**
 * The `alerts` function: operators list, read and acknowledge alerts. The database evaluates the rules
 * and queues the notifications.
 */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { acknowledgeAlert, listAlerts, readAlert } from "./routes.ts";

export const { app, createApp, declaration } = defineFunction(
  "alerts",
  [listAlerts, readAlert, acknowledgeAlert],
  servicesFromEnv,
);
