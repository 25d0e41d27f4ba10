/** Measures how fast the service is before the canary, for the p95 gate of each stage. */
import { delay } from "@farthing/command-line";
import { SLO } from "../../../supabase/functions/_shared/metrics/slo.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import { failed, type Finding, found, warning } from "../core/step.ts";
import { readCounters, REPORT_MS } from "./counters.ts";
import { readLastHour, routesOf } from "./read-figures.ts";
import { since } from "./counts-between.ts";
import type { Baseline, Routes } from "./stage-figures.ts";
import { makeTraffic } from "./traffic.ts";

const BASELINE_SECONDS = 15;

/** With fewer requests, the p95 is the duration of the single slowest request. */
const LEAST_REQUESTS = 20;

/**
 * With --traffic, sends requests to the service and returns their figures. Otherwise returns the
 * figures of the requests that users sent in the last hour.
 */
async function baselineRoutes(context: Context): Promise<Routes> {
  const { project, options } = context;
  if (!options.makesTraffic) return await readLastHour(project);
  const before = await readCounters(project);
  await makeTraffic(context, BASELINE_SECONDS);
  await delay(REPORT_MS);
  const routes = routesOf(since(before, await readCounters(project)));
  return Object.fromEntries(
    Object.entries(routes).map(([route, { requests, p95Ms }]) => [route, { requests, p95Ms }]),
  );
}

/**
 * Returns the core routes that are slower than the service level objective even before the canary.
 * The p95 gate compares each stage with the durations before the canary, and accepts almost twice
 * those durations. It would not notice that these routes are too slow.
 */
export const tooSlow = (routes: Routes): string[] =>
  SLO.core_routes.filter((route) => {
    const { requests = 0, p95Ms = null } = routes[route] ?? {};
    return requests >= LEAST_REQUESTS && p95Ms !== null && p95Ms > SLO.fast_ms;
  });

export function judgeBaseline(routes: Routes, isLaunch: boolean): Finding {
  const lines = Object.entries(routes).filter(([, { p95Ms }]) => p95Ms !== null)
    .toSorted(([, a], [, b]) => b.requests - a.requests).slice(0, 10)
    .map(([route, { requests, p95Ms }]) => `${route}: p95 ${p95Ms} ms of ${requests} requests`);
  if (lines.length === 0) {
    return warning(
      "no requests in the last hour, so the p95 gate has no data",
      "Wait for requests; for a local project, add --traffic.",
    );
  }
  const slow = tooSlow(routes);
  if (slow.length === 0) return found(lines);
  const evidence = [`above the objective of ${SLO.fast_ms} ms: ${slow.join(", ")}`, ...lines];
  return (isLaunch ? failed : warning)(
    evidence,
    "Make these routes faster before the launch: the stages would be compared with a slow service.",
  );
}

export const baseline: GoLiveStep = {
  code: "canary.baseline",
  title: "How fast is the service before the canary?",
  source: "project",
  async run(context) {
    const { mode, isLocal } = context.project;
    const routes = await baselineRoutes(context);
    await context.tell({ "canary.baseline": JSON.stringify({ routes } satisfies Baseline) });
    return judgeBaseline(routes, mode === "live" && !isLocal);
  },
};
