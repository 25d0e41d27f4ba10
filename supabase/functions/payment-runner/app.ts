/** The payment runner: the database starts it when refunds, top-ups, payouts or Stripe's events are due. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { runBatch } from "./run-batch.ts";

export const { app, createApp } = defineFunction("payment-runner", [runBatch], servicesFromEnv);
