/**
 * The `features` function: every caller can read which features are on for them, and operators
 * switch features.
 */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { listFeatures, setFeature } from "./routes.ts";

export const { app, createApp, declaration } = defineFunction(
  "features",
  [listFeatures, setFeature],
  servicesFromEnv,
);
