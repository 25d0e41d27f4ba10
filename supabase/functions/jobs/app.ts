/** The `jobs` function: starts, lists, reads and cancels jobs, and returns their files. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesWithModels } from "../_shared/services-with-models.ts";
import { cancelJob } from "./cancel-job.ts";
import { readFile } from "./read-file.ts";
import { readJob } from "./read-job.ts";
import { listDeadJobs, listJobs } from "./routes.ts";
import { startJob } from "./start-job.ts";

export const { app, createApp, declaration } = defineFunction("jobs", [
  startJob,
  listJobs,
  listDeadJobs,
  readJob,
  cancelJob,
  readFile,
], servicesWithModels);
