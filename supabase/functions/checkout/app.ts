/** The `checkout` function: packages on sale, hosted checkouts, and the caller's orders. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { listOrders, listPackages, readOrder } from "./routes.ts";
import { startCheckout } from "./start-checkout.ts";

export const { app, createApp, declaration } = defineFunction("checkout", [
  listPackages,
  startCheckout,
  listOrders,
  readOrder,
], servicesFromEnv);
