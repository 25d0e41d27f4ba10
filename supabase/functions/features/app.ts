/** Feature flags: which are on for the caller, and switching them. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv } from "../_shared/services.ts";
import { type ServicesSource } from "../_shared/http/app-services.ts";
import { listFeatures, setFeature } from "./routes.ts";

const routes = [listFeatures, setFeature];

export const createApp = (source: ServicesSource) => createFunctionApp("features", routes, source);

export const app = createApp(servicesFromEnv);
