/** The payments' runner: woken by the database when refunds, top-ups, payouts or Stripe's events are due. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { runBatch } from "./run-batch.ts";

export const createApp = (source: ServicesSource) =>
  createFunctionApp("payment-runner", [runBatch], source);

export const app = createApp(servicesFromEnv);
