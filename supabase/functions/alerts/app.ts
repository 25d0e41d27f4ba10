/** Alerts, for operators: what is wrong, and who is on it. Rules and deliveries are the database's. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { acknowledgeAlert, listAlerts } from "./routes.ts";

const routes = [listAlerts, acknowledgeAlert];

export const createApp = (source: ServicesSource) => createFunctionApp("alerts", routes, source);

export const app = createApp(servicesFromEnv);
