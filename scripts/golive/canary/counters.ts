/**
 * Counts the requests and emails since the start of a stage. Also counts the requests by duration.
 * This module reads totals, because a window of five minutes would also count what happened before
 * the stage. The totals come from the data API, which returns all bounds of the histograms.
 * `GET /health/metrics` shows only every fifth bound. Each of those bounds is twice the one before
 * it, which is too coarse for the p95 gate.
 */
import { z } from "zod";
import { boundOf, BUCKETS } from "../../../supabase/functions/_shared/metrics/buckets.ts";
import type { Project } from "../command/project.ts";
import { withSql } from "../shared/database.ts";
import { clientOf } from "../shared/supabase-client.ts";
import { isOfUsers } from "./users-routes.ts";

export interface Counted {
  readonly requests: number;
  /** Responses with status 5xx or 408. A 408 means that our own timeout expired. */
  readonly errors: number;
  /** The histogram of each route's durations. */
  readonly routes: Readonly<Record<string, readonly number[]>>;
  /** Attempts to send an email. `failed` counts those that the mail service did not accept. */
  readonly emails: { readonly sent: number; readonly failed: number };
}

/**
 * Each process reports its counts every ten seconds. After a wait of this length, the counters
 * contain all requests from before the wait.
 */
export const REPORT_MS = 10_000;

const Totals = z.object({
  counted: z.array(z.object({
    name: z.string(),
    labels: z.string(),
    count: z.string(),
    buckets: z.array(z.number()),
  })),
});

export type Series = z.output<typeof Totals>["counted"][number];

const REQUESTS = /^route=(.*),status=(\w+)$/;
const EMAILS = /^channel=email,outcome=(\w+)$/;

const ERRORS = ["5xx", "408"];
/**
 * The outcome `never` is not in this list. That outcome means that the mail service works, and
 * refuses only this one address.
 */
const NOT_SENT = ["again", "not_asked", "unknown"];

type Combine = (a: number, b: number) => number;

export const combined = (a: readonly number[], b: readonly number[], by: Combine): number[] =>
  Array.from({ length: BUCKETS }, (_, nr) => by(a[nr] ?? 0, b[nr] ?? 0));

const add: Combine = (a, b) => a + b;

/** Adds up the totals of the routes that users call, and of emails. */
export function countersIn(series: readonly Series[]): Counted {
  const all = { requests: 0, errors: 0, emails: { sent: 0, failed: 0 } };
  const routes: Record<string, readonly number[]> = {};
  for (const { name, labels, count, buckets } of series) {
    const [, route = "", status = ""] = name === "requests" ? REQUESTS.exec(labels) ?? [] : [];
    if (route !== "" && isOfUsers(route)) {
      all.requests += Number(count);
      if (ERRORS.includes(status)) all.errors += Number(count);
      routes[route] = combined(routes[route] ?? [], buckets, add);
    }
    const [, outcome = ""] = name === "notifications" ? EMAILS.exec(labels) ?? [] : [];
    if (outcome === "sent") all.emails.sent += Number(count);
    if (NOT_SENT.includes(outcome)) all.emails.failed += Number(count);
  }
  return { ...all, routes };
}

async function fromDataApi(project: Project): Promise<unknown> {
  const client = clientOf(project, project.secretKey).schema("farthing_public");
  const { data, error } = await client.rpc("health_metrics", {});
  if (error) throw new Error(`The data API can't read the metrics: ${error.message}`);
  return data;
}

/**
 * Reads the totals with SQL. This is for a project whose data API does not expose our schema: its
 * functions use a pooled connection instead of the data API.
 */
async function fromDatabase(databaseUrl: string): Promise<unknown> {
  const [row] = await withSql(databaseUrl, (sql) =>
    sql<{ totals: unknown }[]>`
    select farthing_public.health_metrics() as totals`);
  return row?.totals;
}

/** @throws Error if the data API refuses, and SUPABASE_DB_URL is not set */
export async function readCounters(project: Project): Promise<Counted> {
  const { databaseUrl } = project;
  const totals = await fromDataApi(project).catch((error: Error) => {
    if (databaseUrl === undefined) throw error;
    return fromDatabase(databaseUrl);
  });
  return countersIn(Totals.parse(totals).counted);
}

export const countOf = (buckets: readonly number[]): number => buckets.reduce(add, 0);

/** Returns the p95 in ms, with an error of at most 7.3 %; null if there is no request. */
export function p95Of(buckets: readonly number[]): number | null {
  const rank = Math.ceil(0.95 * countOf(buckets));
  if (rank === 0) return null;
  let upTo = 0;
  const bucket = buckets.findIndex((count) => (upTo += count) >= rank);
  return Math.round(boundOf(bucket - 0.5) * 100) / 100;
}
