/** Usage: what models cost, what a use would cost, and the charge for it. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { chargeBatch, chargeUsage, estimateUsage, listRates } from "./routes.ts";

const routes = [listRates, estimateUsage, chargeUsage, chargeBatch];

export const createApp = (source: ServicesSource) => createFunctionApp("usage", routes, source);

export const app = createApp(servicesFromEnv);
