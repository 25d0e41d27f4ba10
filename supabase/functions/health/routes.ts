import document from "../_shared/generated/openapi.json" with { type: "json" };
import { z } from "@hono/zod-openapi";
import { Live } from "../_shared/contracts/health.ts";
import { Figures, Hours, HoursQuery, Tasks } from "../_shared/contracts/health-operators.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { baseHeaders } from "../_shared/http/reply/headers.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import { CONTENT_TYPE, writeMetrics } from "../_shared/metrics/prometheus.ts";
import { oncePerInterval } from "./once-per-interval.ts";

/** Answers while the process runs, without any check. */
export const readLive = defineRoute({
  method: "get",
  path: "/live",
  summary: "Check that the process runs",
  who: ["none"],
  limit: "none",
  idempotent: false,
  responses: { 200: Live },
  handler: () => Promise.resolve(ok({ status: "ok" as const })),
});

/** All callers get the same cached response, so several metrics collectors cost as much as one. */
const CACHED_MS = 2_000;

const metrics = oncePerInterval(
  CACHED_MS,
  async ({ database }) => writeMetrics(await database.rpc("health_metrics", {})),
);

/** Reads all metrics in Prometheus's format, without the JSON envelope. */
export const readMetrics = defineRoute({
  method: "get",
  path: "/metrics",
  summary: "Read the metrics, for Prometheus",
  description:
    "Sums over all processes, in Prometheus's text format, version 0.0.4. No series names a user.",
  who: ["secret"],
  limit: "default",
  idempotent: false,
  responses: { 200: z.string() },
  produces: "text/plain",
  handler: async ({ context, services }) =>
    new Response(await metrics(services), {
      headers: [...baseHeaders(context), ["content-type", CONTENT_TYPE]],
    }),
});

// The document's text is the same for every request, so it is made once.
const text = JSON.stringify(document);

/** Returns the contract as OpenAPI 3.1, without the JSON envelope. */
export const readOpenApi = defineRoute({
  method: "get",
  path: "/openapi.json",
  summary: "Read this document",
  who: ["none"],
  limit: "default",
  idempotent: false,
  responses: { 200: z.looseObject({}) },
  handler: ({ context }) =>
    Promise.resolve(
      new Response(text, {
        headers: [...baseHeaders(context), ["content-type", "application/json; charset=utf-8"]],
      }),
    ),
});

const forOperators = {
  method: "get",
  who: ["operator"],
  limit: "default",
  idempotent: false,
} as const;

/**
 * Reads the scheduled tasks: last run, duration, last error, and the number of items that could not be
 * finished.
 */
export const readTasks = defineRoute({
  ...forOperators,
  path: "/tasks",
  summary: "Read the scheduled tasks, their failures and their parked items",
  responses: { 200: Tasks },
  handler: async ({ services }) => ok(await services.database.rpc("health_tasks", {})),
});

/** Reads a metric's values hour by hour, to explain an alert. */
export const readHours = defineRoute({
  ...forOperators,
  path: "/hours",
  summary: "Read a metric by the hour",
  description: "Counts and durations by labels, newest hour first. No row names a user.",
  query: HoursQuery,
  responses: { 200: Hours },
  handler: async ({ query, services }) =>
    ok(
      await services.database.rpc("health_hours", {
        p_name: query.name,
        p_service: query.service,
        p_hours: query.hours,
      }),
    ),
});

/**
 * Returns a text such as `kind=purchase,state=open` as an object. The values of labels contain no
 * comma and no equals sign.
 */
const labelsOf = (labels: string): Record<string, string> =>
  Object.fromEntries(labels.split(",").filter(Boolean).map((label) => label.split("=", 2)));

/** Reads the current values, such as Redis's memory and the number of waiting jobs, as JSON. */
export const readFigures = defineRoute({
  ...forOperators,
  path: "/figures",
  summary: "Read the figures of the moment, such as Redis's memory and waiting work",
  description:
    "The gauges of `GET /health/metrics` for operators. The hourly paid check reads Redis's own " +
    "figures; they are missing if Redis is unavailable or reports no figures.",
  responses: { 200: Figures },
  handler: async ({ services }) => {
    const { figures } = await services.database.rpc("health_metrics", {});
    return ok({
      as_of: services.now().toISOString(),
      figures: figures.map(({ name, labels, value }) => ({
        name,
        labels: labelsOf(labels),
        value,
      })),
    });
  },
});
