/** Health: is this process up, can it serve, how does it go, and what does it serve. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesWithProbe } from "../_shared/services-with-probe.ts";
import type { ServicesSource } from "../_shared/http/app-services.ts";
import { readLive, readMetrics, readOpenApi } from "./routes.ts";
import { readReady } from "./read-ready.ts";
import { readReport } from "./read-report.ts";
import { runDeep } from "./deep-checks.ts";

const routes = [readReport, readLive, readReady, runDeep, readMetrics, readOpenApi];

export const createApp = (source: ServicesSource) => createFunctionApp("health", routes, source);

export const app = createApp(servicesWithProbe);
