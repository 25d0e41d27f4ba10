/** The `mismatches` function: operators read and resolve differences between our records and Stripe's. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { listMismatches, resolveMismatch } from "./routes.ts";

export const { app, createApp, declaration } = defineFunction(
  "mismatches",
  [listMismatches, resolveMismatch],
  servicesFromEnv,
);
