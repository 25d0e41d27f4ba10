/**
 * The p95 gate compares each route's p95 in the stage with the route's baseline. With few requests,
 * one or two slow ones determine the p95. The gate therefore also computes how probable it is that
 * chance alone caused so many slow requests.
 */
import { bucketOf } from "../../../supabase/functions/_shared/metrics/buckets.ts";
import { SLO } from "../../../supabase/functions/_shared/metrics/slo.ts";
import type { Gate, RouteFigures, Routes, StageRoutes } from "./stage-figures.ts";

/** S4 in docs/reference/launch-checks.md: "Latency: P95 < 2x baseline". */
const MOST_SLOWER = 2;

/** A route with fewer requests is not judged. */
const LEAST_REQUESTS = 20;

/**
 * The duration that the service level objective allows. A route that became slower but is still
 * faster than this causes only a warning, and does not end the launch. Nobody notices whether a
 * response takes 20 ms or 45 ms, and a cold isolate or a busy server can cause this difference.
 */
const FAST_MS = SLO.fast_ms;

/** The share of requests that are slower than the p95, by its definition. */
const SLOW_SHARE = 0.05;

/**
 * The gate closes only if chance can hardly explain the number of slow requests. The probability
 * that chance alone causes at least this number must be at most CHANCE. A closed gate ends the
 * canary.
 */
const CHANCE = 0.01;

/**
 * Returns the probability that at least `slow` requests out of `requests` are slow. Each request is
 * slow with the probability SLOW_SHARE (the binomial distribution). Computes with logarithms,
 * because the factors exceed the range of a double.
 */
function chanceOf(slow: number, requests: number): number {
  const [yes, no] = [Math.log(SLOW_SHARE), Math.log(1 - SLOW_SHARE)];
  let ways = 0;
  let fewer = 0;
  for (let k = 0; k < slow; k++) {
    fewer += Math.exp(ways + k * yes + (requests - k) * no);
    ways += Math.log((requests - k) / (k + 1));
  }
  return Math.max(0, 1 - fewer);
}

interface Compared {
  readonly route: string;
  readonly requests: number;
  readonly p95Ms: number;
  readonly before: number;
  readonly ratio: number;
  /** How many requests took longer than FAST_MS, and also longer than MOST_SLOWER * baseline. */
  readonly slow: number;
}

const isMeasured = (one: RouteFigures | undefined) => (one?.requests ?? 0) >= LEAST_REQUESTS;

/**
 * Compares each route with its own baseline. A single p95 over all routes would also change if
 * users called the routes in different proportions.
 */
function compare(routes: StageRoutes, baseline: Routes): Compared[] {
  return Object.entries(routes).flatMap(([route, { requests, p95Ms, buckets }]) => {
    const before = baseline[route]?.p95Ms;
    const isKnown = requests >= LEAST_REQUESTS && isMeasured(baseline[route]);
    if (!isKnown || p95Ms === null || !before) return [];
    const limitMs = Math.max(MOST_SLOWER * before, FAST_MS);
    const slow = buckets.slice(bucketOf(limitMs)).reduce((sum, count) => sum + count, 0);
    return [{ route, requests, p95Ms, before, ratio: p95Ms / before, slow }];
  });
}

const describe = ({ route, p95Ms, before, ratio }: Compared): string =>
  `p95 of ${route} ${Math.round(p95Ms)} ms, ${ratio.toFixed(2)} × the baseline's ` +
  `${Math.round(before)} ms (limit ${MOST_SLOWER} ×)`;

/**
 * Returns why a route does not close the gate although its p95 is at least MOST_SLOWER times the
 * baseline; undefined if this route closes the gate.
 */
function excuseOf({ p95Ms, slow, requests }: Compared): string | undefined {
  if (p95Ms <= FAST_MS) return `but within the objective of ${FAST_MS} ms`;
  if (chanceOf(slow, requests) <= CHANCE) return undefined;
  return `but only ${slow} of ${requests} requests were slow, which may be chance`;
}

export function p95(routes: StageRoutes, baseline: Routes): Gate {
  const worstFirst = compare(routes, baseline).toSorted((a, b) => b.ratio - a.ratio);
  const slower = worstFirst.filter(({ ratio }) => ratio >= MOST_SLOWER);
  const closing = slower.find((one) => excuseOf(one) === undefined);
  const [worst] = worstFirst;
  if (closing !== undefined) return { name: "p95", verdict: "closed", says: describe(closing) };
  if (worst === undefined) {
    const says = `no route has ${LEAST_REQUESTS} requests in both the stage and the baseline`;
    return { name: "p95", verdict: "no data", says };
  }
  const says = describe(worst);
  return slower.length === 0
    ? { name: "p95", verdict: "passed", says }
    : { name: "p95", verdict: "warning", says: `${says}, ${excuseOf(worst)}` };
}
