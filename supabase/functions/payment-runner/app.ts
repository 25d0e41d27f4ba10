/**
 * The `payment-runner` function: the database calls it when payment work is due. That work is
 * refunds, transfers, top-ups, payouts, saved cards, welcome credits, and fetching Stripe's events
 * and lists.
 */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { runBatch } from "./run-batch.ts";

export const { app, createApp, declaration } = defineFunction(
  "payment-runner",
  [runBatch],
  servicesFromEnv,
);
