import { z } from "@hono/zod-openapi";
import { defineRoute } from "../_shared/http/define-route.ts";
import { baseHeaders } from "../_shared/http/reply.ts";
import { CONTENT_TYPE, writeMetrics } from "../_shared/metrics/prometheus.ts";
import { remembered } from "./remembered.ts";

/** Two collectors side by side cost as much as one. */
const REMEMBERED_MS = 2_000;

const metrics = remembered(
  REMEMBERED_MS,
  async ({ database }) => writeMetrics(await database.rpc("health_metrics", {})),
);

/** All that was counted and looked up, for a collector; without our envelope. */
export const readMetrics = defineRoute({
  method: "get",
  path: "/metrics",
  summary: "Read the metrics, for Prometheus",
  description:
    "Sums over all processes, in Prometheus' text format, version 0.0.4. No series names a user.",
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
