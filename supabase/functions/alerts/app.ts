/** Alerts, for operators: what is wrong, and who is on it. Rules and deliveries are the database's. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { acknowledgeAlert, listAlerts } from "./routes.ts";

export const { app, createApp } = defineFunction(
  "alerts",
  [listAlerts, acknowledgeAlert],
  servicesFromEnv,
);
