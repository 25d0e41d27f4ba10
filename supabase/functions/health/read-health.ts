/**
 * `GET /health`. While the database is unavailable, returns the last report, if that is at most ten
 * minutes old.
 */
import type { z } from "@hono/zod-openapi";
import { HealthReport } from "../_shared/contracts/health.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import { ApiError, isUnavailable } from "../_shared/core/errors.ts";
import type { Services } from "../_shared/http/route/app-services.ts";
import { oncePerInterval } from "./once-per-interval.ts";

const CACHED_MS = 5_000;
/** Values that are a few minutes old still show how an outage began; older values would mislead. */
const STALE_AFTER_MS = 10 * 60_000;

type Report = z.output<typeof HealthReport>;

// The last report for each set of services, used while the database is unavailable.
const lastReport = new WeakMap<Services, Report>();

/**
 * Reads the report from the database. If the database is unavailable, returns the last report,
 * marked `stale`.
 * @throws ApiError `not_ready` if the database is unavailable and the last report is too old
 */
async function look(services: Services): Promise<Report> {
  try {
    const report = { ...await services.database.rpc("health_report", {}), stale: false };
    lastReport.set(services, report);
    return report;
  } catch (cause) {
    if (!isUnavailable(cause)) throw cause;
    const last = lastReport.get(services);
    const ageMs = services.now().getTime() - Date.parse(last?.as_of ?? "0001-01-01T00:00:00Z");
    if (last !== undefined && ageMs <= STALE_AFTER_MS) return { ...last, stale: true };
    throw new ApiError("not_ready", { internal: "no figures from the database", cause });
  }
}

const report = oncePerInterval(CACHED_MS, look);

/**
 * Reads the numbers of requests by route, what is left of the error budgets, and the results of the
 * paid checks.
 */
export const readHealth = defineRoute({
  method: "get",
  path: "/",
  summary: "Read durations by route, error budgets and paid checks",
  description:
    "The report is computed at most once in five seconds. While the database is unavailable, " +
    "the last report is returned for ten minutes, marked `stale`; then the status is 503. " +
    "Quantiles are within 10 % of the true value.",
  who: ["none"],
  limit: "default",
  idempotent: false,
  responses: { 200: HealthReport },
  handler: async ({ services }) => ok(await report(services)),
});
