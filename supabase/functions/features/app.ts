/**
 * The `features` function: lists the features that are on for the caller, and switches features for
 * operators.
 */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { listFeatures, setFeature } from "./routes.ts";

export const { app, createApp, routes } = defineFunction(
  "features",
  [listFeatures, setFeature],
  servicesFromEnv,
);
