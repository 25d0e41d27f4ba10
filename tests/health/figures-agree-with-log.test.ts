/**
 * Compares the figures of the health endpoint with the functions' log and with the caller's own
 * measurements. The test has its own stack, so that no other requests are counted.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { z } from "zod";
import { withStack } from "../../scripts/test-tools/stack-process.ts";
import { HealthReport } from "../../supabase/functions/_shared/contracts/health.ts";
import { proven } from "../support/project/database.ts";
import { data, get, nobody } from "../support/project/http.ts";
import { until } from "../support/project/until.ts";
import { readWorld, type World } from "../support/project/world.ts";
import { exactQuantile, makeLoad, type Measured, readLog, ROUTES } from "./load.ts";

type Report = z.output<typeof HealthReport>;
type Requests = Report["windows"]["1h"]["routes"][number];

/**
 * An isolate reports the counts of its metrics every 10 s, and the health endpoint reads the
 * reported counts again every 5 s. So a minute is enough, even on a busy machine.
 */
const REPORTED_WITHIN_MS = 60_000;
const WITHIN = 1.1;
/** Both the log and the report round to hundredths of a millisecond. */
const LAST_DIGIT_MS = 0.01;

const QUANTILES = [["p50_ms", 0.5], ["p95_ms", 0.95], ["p99_ms", 0.99]] as const;

const isFailure = ({ status }: Measured) => status >= 500 || status === 408;

function routeOf(report: Report, window: "5m" | "1h" | "24h", route: string): Requests | undefined {
  return report.windows[window].routes.find((each) => each.route === route);
}

/** Waits until the report has counted every request that is in the log, and returns the report. */
function complete(world: World, log: Map<string, Measured[]>): Promise<Report> {
  return until("every request is in the report", async () => {
    const report = data(await get(world, "health", nobody), 200, HealthReport);
    const isReported = (route: string) =>
      (routeOf(report, "1h", route)?.requests ?? 0) >= log.get(route)!.length;
    return ROUTES.every(isReported) ? report : undefined;
  }, REPORTED_WITHIN_MS);
}

function agrees(reported: Requests, lines: readonly Measured[]): void {
  deepEqual([reported.requests, reported.errors], [lines.length, lines.filter(isFailure).length]);
  const durations = lines.map(({ ms }) => ms);
  for (const [name, q] of QUANTILES) {
    const exact = exactQuantile(durations, q);
    const ratio = reported[name]! / exact;
    const isTheSame = Math.abs(reported[name]! - exact) < 1.5 * LAST_DIGIT_MS;
    ok(
      isTheSame || ratio < WITHIN && ratio > 1 / WITHIN,
      `${reported.route} ${name}: ${reported[name]}, not ${exact}`,
    );
  }
}

Deno.test("health agrees with the log and with the caller's measurements within 10 %", async () => {
  await withStack(async (env) => {
    const world = readWorld({ values: env, source: "the test's own stack" });
    const chats = await makeLoad(world);
    const log = await readLog(`${env.FARTHING_DATA}/functions.log`, chats.length);
    const report = await complete(world, log);
    for (const window of ["5m", "1h", "24h"] as const) {
      for (const route of ROUTES) agrees(routeOf(report, window, route)!, log.get(route)!);
    }
    const reported = routeOf(report, "1h", "POST /ai/chat")!;
    equal(reported.requests, chats.length);
    equal(reported.errors, chats.filter(isFailure).length);
    ok(reported.errors > 0);
    // The reported duration of a chat is at least the time for which the chat's model waits, and at
    // most the duration that the caller measured.
    for (const [name, q] of QUANTILES) {
      const least = exactQuantile(chats.map(({ slowMs }) => slowMs), q);
      const most = exactQuantile(chats.map(({ ms }) => ms), q);
      ok(
        reported[name]! > least / WITHIN && reported[name]! < most * WITHIN,
        `${name}: ${reported[name]}`,
      );
    }
    await proven(world);
  });
});
