/** Formats the results of a load test. */
import pc from "picocolors";
import { formatTable, percentile } from "@farthing/command-line";
import type { RouteTally, Tally } from "./tally.ts";

/** The highest acceptable 95th percentile of a core route. */
const GOAL_MS = 120;
const SLOW_MS = 3_000;

const count = (value: number): string => value.toLocaleString("en-US");

function ms(value: number): string {
  const text = value < 100 ? value.toFixed(1) : count(Math.round(value));
  if (value <= GOAL_MS) return text;
  return value <= SLOW_MS ? pc.yellow(text) : pc.red(text);
}

const none = (value: number, mark: (text: string) => string) =>
  value === 0 ? pc.dim("0") : mark(count(value));

function cells({ route, times, refused, failed }: RouteTally): string[] {
  return [
    route,
    count(times.length),
    none(failed, pc.red),
    none(refused, pc.yellow),
    ...[50, 95, 99, 100].map((share) => ms(percentile(times, share))),
  ];
}

function allOf(routes: RouteTally[]): RouteTally {
  const sum = (of: (tally: RouteTally) => number) =>
    routes.reduce((all, each) => all + of(each), 0);
  return {
    route: "all",
    times: routes.flatMap(({ times }) => times),
    refused: sum(({ refused }) => refused),
    failed: sum(({ failed }) => failed),
  };
}

const NUMBERS = ["requests", "errors", "refused", "p50 ms", "p95 ms", "p99 ms", "max ms"];

function formatRoutes(routes: RouteTally[]): string {
  const columns = NUMBERS.map((title) => ({ title, align: "right" as const }));
  const rows = [...routes, ...(routes.length > 1 ? [allOf(routes)] : [])].map(cells);
  return formatTable([{ title: "route" }, ...columns], rows);
}

function formatLimits({ limits, soft, sum: { refused } }: Tally): string {
  const near = soft === 0 ? "" : ` ${count(soft)} answers said that a limit is near.`;
  if (refused === 0) return pc.dim(`The limiter refused nothing.${near}`);
  const names = [...limits].map(([name, times]) => `${name} ${count(times)}`).join(", ");
  return pc.yellow(`Requests refused by the limiter: ${count(refused)} (${names}).`) + pc.dim(near);
}

/** Formats the results so far. */
export function formatProgress({ requests, failed }: Tally["sum"]): string {
  return `seconds, ${count(requests)} requests, ${count(failed)} errors`;
}

/**
 * Formats the table of all routes, the failures with their reasons, and the refusals by rate
 * limits.
 */
export function formatLoad(tally: Tally, seconds: number): string {
  const { requests } = tally.sum;
  const failures = tally.failures().map(([why, times]) => pc.red(`  ${count(times)} × ${why}`));
  return [
    formatRoutes(tally.routes()),
    "",
    `${count(requests)} requests in ${seconds} s, ${
      count(Math.round(requests / seconds))
    } per second.`,
    ...(failures.length > 0 ? [pc.red("Errors:"), ...failures] : []),
    formatLimits(tally),
  ].join("\n");
}
