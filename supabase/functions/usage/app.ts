/** The `usage` function: rates, estimates, and charges for the usage of models. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { chargeBatch, chargeUsage, estimateUsage, listRates } from "./routes.ts";

export const { app, createApp, declaration } = defineFunction("usage", [
  listRates,
  estimateUsage,
  chargeUsage,
  chargeBatch,
], servicesFromEnv);
