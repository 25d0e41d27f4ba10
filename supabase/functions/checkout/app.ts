/** Checkout: what is on sale, opening a hosted checkout, and one's orders. */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { listOrders, listPackages, readOrder } from "./routes.ts";
import { startCheckout } from "./start-checkout.ts";

export const { app, createApp } = defineFunction("checkout", [
  listPackages,
  startCheckout,
  listOrders,
  readOrder,
], servicesFromEnv);
