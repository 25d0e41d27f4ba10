/**
 * The `health` function: liveness, readiness, reports, metrics, the OpenAPI document, and checks
 * that use paid services.
 */
import { defineFunction } from "../_shared/http/app.ts";
import { servicesWithProbe } from "../_shared/services-with-probe.ts";
import { runDeep } from "./deep-checks.ts";
import { readReady } from "./read-ready.ts";
import { readHealth } from "./read-health.ts";
import { readFigures, readHours, readLive, readMetrics, readOpenApi, readTasks } from "./routes.ts";

export const { app, createApp, declaration } = defineFunction("health", [
  readHealth,
  readLive,
  readReady,
  runDeep,
  readMetrics,
  readOpenApi,
  readTasks,
  readHours,
  readFigures,
], servicesWithProbe);
