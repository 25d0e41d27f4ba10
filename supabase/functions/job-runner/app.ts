/** The `job-runner` function: the database calls it when jobs are due. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesWithModels } from "../_shared/services-with-models.ts";
import { runBatch } from "./run-batch.ts";

export const { app, createApp, declaration } = defineFunction(
  "job-runner",
  [runBatch],
  servicesWithModels,
);
