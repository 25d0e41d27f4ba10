/** The runner of notices: woken by the database when somebody is to be told something. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { runBatch } from "./run-batch.ts";

export const createApp = (source: ServicesSource) =>
  createFunctionApp("notification-runner", [runBatch], source);

export const app = createApp(servicesFromEnv);
