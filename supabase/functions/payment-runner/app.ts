/**
 * The `payment-runner` function: the database calls it when refunds, transfers, top-ups, payouts,
 * saved cards, welcome credits or the fetching of Stripe's events and lists are due.
 */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { runBatch } from "./run-batch.ts";

export const { app, createApp } = defineFunction("payment-runner", [runBatch], servicesFromEnv);
