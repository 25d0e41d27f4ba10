/** Health: is this process up, can it serve, how does it go, and what does it serve. */
import { createApp as createFunctionApp } from "../_shared/http/create-app.ts";
import { servicesWithProbe } from "../_shared/services-with-probe.ts";
import type { ServicesSource } from "../_shared/http/app-services.ts";
import { readLive } from "./read-live.ts";
import { readMetrics } from "./read-metrics.ts";
import { readOpenApi } from "./read-openapi.ts";
import { readReady } from "./read-ready.ts";
import { readReport } from "./read-report.ts";
import { runDeep } from "./run-deep.ts";

const routes = [readReport, readLive, readReady, runDeep, readMetrics, readOpenApi];

export const createApp = (source: ServicesSource) => createFunctionApp("health", routes, source);

export const app = createApp(servicesWithProbe);
