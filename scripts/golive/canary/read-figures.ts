/** Reads the figures of a stage: the counters, `/health/figures`, Stripe's events and the inbox. */
import type { z } from "zod";
import { HealthReport } from "../../../supabase/functions/_shared/contracts/health.ts";
import { Figures } from "../../../supabase/functions/_shared/contracts/health-operators.ts";
import type { Project } from "../command/project.ts";
import { ask, dataOf, NOBODY } from "../shared/ask.ts";
import { findGaps } from "../webhook/missing-events.ts";
import { type Counted, countOf, p95Of, readCounters } from "./counters.ts";
import { since } from "./counts-between.ts";
import { isOfUsers } from "./users-routes.ts";
import type { Routes, StageFigures, StageRoutes } from "./stage-figures.ts";

/** Returns the figures of each route in the last hour, for the baseline of a project with users. */
export async function readLastHour(project: Project): Promise<Routes> {
  const { windows } = dataOf(await ask(project, "health", { as: NOBODY }), 200, HealthReport);
  const ours = windows["1h"].routes.filter(({ route }) => isOfUsers(route));
  return Object.fromEntries(
    ours.map(({ route, requests, p95_ms }) => [route, { requests, p95Ms: p95_ms }]),
  );
}

/** Returns the requests, the p95 and the histogram of each counted route. */
export const routesOf = ({ routes }: Counted): StageRoutes =>
  Object.fromEntries(
    Object.entries(routes).map((
      [route, buckets],
    ) => [route, { requests: countOf(buckets), p95Ms: p95Of(buckets), buckets }]),
  );

/**
 * Returns the used and the possible number of database connections; null if a figure is missing.
 * With null, the gate has no data. With 0 instead, the gate would pass.
 */
export function connectionsIn(
  figures: z.output<typeof Figures>["figures"],
): StageFigures["connections"] {
  const sumOf = (wanted: string) => {
    const named = figures.filter(({ name }) => name === wanted);
    return named.length === 0
      ? undefined
      : named.reduce((all, { value }) => all + Number(value), 0);
  };
  const [used, most] = [sumOf("database_connections"), sumOf("database_connections_max")];
  return used === undefined || !most ? null : { used, most };
}

async function readConnections(project: Project): Promise<StageFigures["connections"]> {
  return connectionsIn(dataOf(await ask(project, "health/figures"), 200, Figures).figures);
}

export interface Start {
  /** The time of the flag's change, in seconds since 1970. Only later events of Stripe count. */
  readonly seconds: number;
  /** The counters as they were when every process had read the changed flag. */
  readonly counted: Counted;
}

/**
 * Returns the figures since the start of the stage. Does not run the proof.
 * @param graceSeconds how long the delivery of an event may take before the event counts as lost
 */
export async function readFigures(
  project: Project,
  start: Start,
  graceSeconds: number,
): Promise<StageFigures> {
  const [counters, connections, gaps] = await Promise.all([
    readCounters(project),
    readConnections(project),
    findGaps(project, start.seconds, graceSeconds),
  ]);
  const counted = since(start.counted, counters);
  const { due, missing, stuck } = gaps;
  return {
    counted,
    routes: routesOf(counted),
    webhooks: { sent: due, arrived: due - missing.length - stuck.length },
    emails: counted.emails,
    connections,
    proof: null,
  };
}
