/** The `providers` function: a user becomes a provider and reads the state of their onboarding at Stripe. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { createLink, readProvider } from "./routes.ts";
import { startProvider } from "./start-provider.ts";

export const { app, createApp, declaration } = defineFunction("providers", [
  startProvider,
  readProvider,
  createLink,
], servicesFromEnv);
