/** The `refunds` function: operators refund orders and bookings. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { listRefunds, readRefund } from "./routes.ts";
import { startRefund } from "./start-refund.ts";

export const { app, createApp, declaration } = defineFunction(
  "refunds",
  [startRefund, listRefunds, readRefund],
  servicesFromEnv,
);
