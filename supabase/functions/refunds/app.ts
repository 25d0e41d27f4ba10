/** Refunds: money back to a buyer, for operators. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { listRefunds, readRefund } from "./routes.ts";
import { startRefund } from "./start-refund.ts";

const routes = [startRefund, listRefunds, readRefund];

export const createApp = (source: ServicesSource) => createFunctionApp("refunds", routes, source);

export const app = createApp(servicesFromEnv);
