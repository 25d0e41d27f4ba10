/** The runner of jobs: woken by the database when there is work. */
import { servicesWithModels } from "../_shared/services-with-models.ts";
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import type { ServicesSource } from "../_shared/http/app-services.ts";
import { runBatch } from "./run-batch.ts";

export const createApp = (source: ServicesSource) =>
  createFunctionApp("job-runner", [runBatch], source);

export const app = createApp(servicesWithModels);
