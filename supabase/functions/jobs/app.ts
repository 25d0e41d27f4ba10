/** Jobs: long work that is started, polled, cancelled, and fetched when it is done. */
import { servicesWithModels } from "../_shared/services-with-models.ts";
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import type { ServicesSource } from "../_shared/http/app-services.ts";
import { cancelJob, listJobs } from "./routes.ts";
import { readFile } from "./read-file.ts";
import { readJob } from "./read-job.ts";
import { startJob } from "./start-job.ts";

const routes = [startJob, listJobs, readJob, cancelJob, readFile];

export const createApp = (source: ServicesSource) => createFunctionApp("jobs", routes, source);

export const app = createApp(servicesWithModels);
