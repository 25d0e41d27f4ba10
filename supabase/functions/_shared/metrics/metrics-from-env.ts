/** The metrics of a deployed process: handed to the database, whose isolate is kept until then. */
import { isHosted } from "../core/isolate.ts";
import { consoleLogger } from "../core/logger.ts";
import { createMetrics } from "./create-metrics.ts";
import type { Metrics } from "./metrics.ts";

function later(run: () => void, ms: number): void {
  const timer = setTimeout(run, ms);
  // The hosted runtime keeps an isolate by waitUntil; elsewhere no script goes on for the sake of a count.
  if (!isHosted) Deno.unrefTimer(timer);
}

export function metricsFrom(
  record: Parameters<typeof createMetrics>[0]["record"],
  waitUntil: (work: Promise<unknown>) => void,
): Metrics {
  const metrics = createMetrics({
    record,
    nowMs: () => performance.now(),
    later,
    waitUntil,
    log: consoleLogger,
  });
  // The platform says so before it takes an isolate away, and waits a little for what is under way.
  if (isHosted) globalThis.addEventListener("beforeunload", () => waitUntil(metrics.flush()));
  return metrics;
}
