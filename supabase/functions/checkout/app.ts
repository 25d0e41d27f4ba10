/** Checkout: what is on sale, opening a hosted checkout, and one's orders. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { listOrders, listPackages, readOrder } from "./routes.ts";
import { startCheckout } from "./start-checkout.ts";

const routes = [listPackages, startCheckout, listOrders, readOrder];

export const createApp = (source: ServicesSource) => createFunctionApp("checkout", routes, source);

export const app = createApp(servicesFromEnv);
