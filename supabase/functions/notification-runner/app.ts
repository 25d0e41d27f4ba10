/** The runner of notices: woken by the database when somebody is to be told something. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { runBatch } from "./run-batch.ts";

export const { app, createApp } = defineFunction(
  "notification-runner",
  [runBatch],
  servicesFromEnv,
);
