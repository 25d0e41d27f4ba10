/** Reads the figures of a stage: `GET /health` and `/health/figures`, Stripe's events and the inbox. */
import { HealthReport } from "../../../supabase/functions/_shared/contracts/health.ts";
import { Figures } from "../../../supabase/functions/_shared/contracts/health-operators.ts";
import type { Project } from "../command/project.ts";
import { ask, dataOf, NOBODY } from "../shared/ask.ts";
import { findGaps } from "../webhook/gaps.ts";
import { type Counted, readCounters, since } from "./counters.ts";
import { isOfUsers } from "./users-routes.ts";
import type { RouteFigures, StageFigures } from "./gates.ts";

type Window = "5m" | "1h";

async function readRoutes(
  project: Project,
  window: Window,
): Promise<Readonly<Record<string, RouteFigures>>> {
  const reply = await ask(project, "health", { as: NOBODY });
  const { windows } = dataOf(reply, 200, HealthReport);
  const ours = windows[window].routes.filter(({ route }) => isOfUsers(route));
  return Object.fromEntries(
    ours.map(({ route, requests, p95_ms }) => [route, { requests, p95Ms: p95_ms }]),
  );
}

async function readConnections(project: Project): Promise<StageFigures["connections"]> {
  const { figures } = dataOf(await ask(project, "health/figures"), 200, Figures);
  const sumOf = (wanted: string) =>
    figures.filter(({ name }) => name === wanted).reduce(
      (all, { value }) => all + Number(value),
      0,
    );
  const most = sumOf("database_connections_max");
  return most === 0 ? null : { used: sumOf("database_connections"), most };
}

async function readWebhooks(
  project: Project,
  { sinceSeconds, graceSeconds }: Pick<Reading, "sinceSeconds" | "graceSeconds">,
): Promise<StageFigures["webhooks"]> {
  const { due, missing, stuck } = await findGaps(project, sinceSeconds, graceSeconds);
  return { sent: due, arrived: due - missing.length - stuck.length };
}

interface Reading {
  readonly window: Window;
  /** The start of the stage, in seconds since 1970. Only later events of Stripe count. */
  readonly sinceSeconds: number;
  readonly graceSeconds: number;
  /** The counters at the start of the stage. */
  readonly counted: Counted;
}

/** Returns the figures without a proof. */
export async function readFigures(
  project: Project,
  { window, counted, ...span }: Reading,
): Promise<StageFigures> {
  const [counters, routes, connections, webhooks] = await Promise.all([
    readCounters(project),
    readRoutes(project, window),
    readConnections(project),
    readWebhooks(project, span),
  ]);
  return { counted: since(counted, counters), routes, connections, webhooks, proof: null };
}
