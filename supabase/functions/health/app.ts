/** Health: is this process up, can it serve, and what does it serve. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesFromEnv, type ServicesSource } from "../_shared/services.ts";
import { readLive } from "./read-live.ts";
import { readOpenApi } from "./read-openapi.ts";
import { readReady } from "./read-ready.ts";

const routes = [readLive, readReady, readOpenApi];

export const createApp = (source: ServicesSource) => createFunctionApp("health", routes, source);

export const app = createApp(servicesFromEnv);
