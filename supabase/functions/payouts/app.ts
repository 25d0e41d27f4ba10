/** The `payouts` function: operators read Stripe's payouts and how they compare with our records. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { listPayouts, readPayout } from "./routes.ts";

export const { app, createApp, declaration } = defineFunction(
  "payouts",
  [listPayouts, readPayout],
  servicesFromEnv,
);
