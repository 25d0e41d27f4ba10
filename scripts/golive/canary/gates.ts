/**
 * The gates of a canary's stage. A gate without data does not close: on the first day there is no
 * baseline and there may be no requests, and the report says so.
 */

import type { Counted } from "./counters.ts";

export interface RouteFigures {
  readonly requests: number;
  readonly p95Ms: number | null;
}

export interface StageFigures {
  /** The requests of users since the start of the stage, and those answered with 5xx. */
  readonly counted: Counted;
  /** By route, without the routes that only operators and monitors call. */
  readonly routes: Readonly<Record<string, RouteFigures>>;
  readonly webhooks: { readonly sent: number; readonly arrived: number };
  /** Null if the database does not say it. */
  readonly connections: { readonly used: number; readonly most: number } | null;
  /** Null if no proof was run. */
  readonly proof: { readonly isClean: boolean; readonly evidence: string } | null;
}

export interface Gate {
  readonly name: "error-rate" | "p95" | "webhook-success" | "connections" | "cpu" | "proof";
  readonly verdict: "passed" | "closed" | "no data" | "skipped";
  readonly says: string;
}

/** 004: "Error Rate: < 0.5% at each canary stage". */
const MOST_ERRORS = 0.005;
/** 004: "Latency: P95 < 2x baseline". */
const MOST_SLOWER = 2;
/** 004: "Webhook Success: > 95% delivery rate". */
const LEAST_WEBHOOKS = 0.95;
/** 004: "Database Health: < 80% … connection utilization". */
const MOST_CONNECTIONS = 0.8;
/** A p95 of fewer requests is the time of one of them. */
const LEAST_REQUESTS = 20;

const percent = (share: number) => `${(share * 100).toFixed(2)} %`;

function errors({ counted: { requests, errors: count } }: StageFigures): Gate {
  if (requests === 0) return { name: "error-rate", verdict: "no data", says: "no requests" };
  const says = `errors ${percent(count / requests)} of ${requests} requests, < 0.5 %`;
  const isLow = count / requests < MOST_ERRORS;
  return { name: "error-rate", verdict: isLow ? "passed" : "closed", says };
}

/** Compares each route with itself, since another mix of routes has another p95 of all. */
function p95({ routes }: StageFigures, baseline: StageFigures): Gate {
  const compared = Object.entries(routes).flatMap(([route, { requests, p95Ms }]) => {
    const before = baseline.routes[route];
    const isMeasured = requests >= LEAST_REQUESTS && (before?.requests ?? 0) >= LEAST_REQUESTS;
    if (!isMeasured || p95Ms === null || !before?.p95Ms) return [];
    return [{ route, p95Ms, before: before.p95Ms, ratio: p95Ms / before.p95Ms }];
  });
  const worst = compared.toSorted((a, b) => b.ratio - a.ratio)[0];
  if (worst === undefined) {
    const says = `no route with ${LEAST_REQUESTS} requests now and in the baseline`;
    return { name: "p95", verdict: "no data", says };
  }
  const { route, p95Ms, before, ratio } = worst;
  const says = `p95 of ${route} ${Math.round(p95Ms)} ms, ${ratio.toFixed(2)} × ${
    Math.round(before)
  } ms, < 2 ×`;
  return { name: "p95", verdict: ratio < MOST_SLOWER ? "passed" : "closed", says };
}

function webhooks({ webhooks: { sent, arrived } }: StageFigures): Gate {
  if (sent === 0) {
    return { name: "webhook-success", verdict: "no data", says: "Stripe made no event" };
  }
  const says = `webhooks ${percent(arrived / sent)} of ${sent} events, > 95 %`;
  return {
    name: "webhook-success",
    verdict: arrived / sent > LEAST_WEBHOOKS ? "passed" : "closed",
    says,
  };
}

function connections({ connections: has }: StageFigures): Gate {
  if (has === null || has.most === 0) {
    return { name: "connections", verdict: "no data", says: "the database names no connections" };
  }
  const says = `connections ${has.used} of ${has.most}, < 80 %`;
  const isFew = has.used / has.most < MOST_CONNECTIONS;
  return { name: "connections", verdict: isFew ? "passed" : "closed", says };
}

/** SQL and the functions can't read the server's CPU. */
const CPU: Gate = {
  name: "cpu",
  verdict: "skipped",
  says: "the platform shows the CPU, < 80 %: dashboard, Reports, Database",
};

function proof({ proof: proved }: StageFigures): Gate {
  if (proved === null) return { name: "proof", verdict: "no data", says: "no proof was run" };
  const { isClean, evidence: says } = proved;
  return { name: "proof", verdict: isClean ? "passed" : "closed", says };
}

export function judgeStage(now: StageFigures, baseline: StageFigures): Gate[] {
  return [errors(now), p95(now, baseline), webhooks(now), connections(now), CPU, proof(now)];
}
