/** The `notification-runner` function: the database calls it when notifications are due. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { runBatch } from "./run-batch.ts";

export const { app, createApp, declaration } = defineFunction(
  "notification-runner",
  [runBatch],
  servicesFromEnv,
);
