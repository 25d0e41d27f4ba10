/** The runner of jobs: woken by the database when there is work. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv, type ServicesSource } from "../_shared/services.ts";
import { runBatch } from "./run-batch.ts";

export const createApp = (source: ServicesSource) =>
  createFunctionApp("job-runner", [runBatch], source);

export const app = createApp(servicesFromEnv);
