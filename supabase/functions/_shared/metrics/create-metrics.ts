/**
 * Counts in this process, and hands over what was counted some seconds after the first of it. Handing over
 * belongs to no request, and whatever goes wrong with it, no request notices (docs/decisions/metrics.md).
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { outsideRequests } from "../http/current-request.ts";
import { ApiError } from "../http/errors.ts";
import type { Logger } from "../logger.ts";
import type { Labels } from "./catalogue.ts";
import type { Metrics } from "./metrics.ts";
import { Series } from "./series.ts";
import { type Batch, enqueue } from "./waiting.ts";

/** Alarms look at minutes; six calls a minute for a busy process are nothing. */
const FLUSH_AFTER_MS = 10_000;
/** While the database is away it is asked less and less often. */
const LONGEST_PAUSE_MS = 160_000;

interface MetricsOptions {
  /** @throws ApiError as the database does */
  readonly record: (batch: Batch, ageMs: number) => Promise<unknown>;
  /** A clock that only goes forward. */
  readonly nowMs: () => number;
  /** Calls back after so many ms; keeps no process for it. */
  readonly later: (run: () => void, ms: number) => void;
  /** Keeps the isolate until the promise settles. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly log: Logger;
}

export interface FlushedMetrics extends Metrics {
  /** Hands over now. Never throws. */
  flush(): Promise<void>;
}

const NO_LABELS: Labels = {};

// What a flush itself counts, of its own call, is handed over with the next that something else begins: an
// idle process does not go on for its own sake.
const flushing = new AsyncLocalStorage<boolean>();

/** What another try may cure. Everything else would be refused for ever. */
function mayPass(error: unknown): boolean {
  return error instanceof ApiError &&
    (error.code === "upstream_unavailable" || error.code === "request_timeout");
}

export function createMetrics(options: MetricsOptions): FlushedMetrics {
  const { record, nowMs, later, waitUntil, log } = options;
  const looks: (() => void)[] = [];
  const waiting: Batch[] = [];
  let series = new Series(nowMs());
  let isDue = false;
  let failures = 0;
  let running: Promise<void> | undefined;

  function begin(): void {
    if (isDue || flushing.getStore() === true) return;
    isDue = true;
    series = series.isEmpty ? new Series(nowMs()) : series;
    const pauseMs = Math.min(FLUSH_AFTER_MS * 2 ** failures, LONGEST_PAUSE_MS);
    const done = new Promise<void>((resolve) => {
      outsideRequests(() => later(() => flush().then(resolve), pauseMs));
    });
    waitUntil(done);
  }

  async function send(batch: Batch): Promise<boolean> {
    try {
      await record(batch, Math.round(nowMs() - batch.startedMs));
      return true;
    } catch (error) {
      const isLost = !mayPass(error);
      const code = error instanceof ApiError ? error.code : "internal";
      log("warn", isLost ? "metrics refused" : "metrics not recorded", { code });
      return isLost;
    }
  }

  async function handOver(): Promise<void> {
    for (const look of looks) look();
    isDue = false;
    if (!series.isEmpty) {
      const { startedMs } = series;
      enqueue(waiting, { id: crypto.randomUUID(), startedMs, rows: series.rows() });
      series = new Series(nowMs());
    }
    while (waiting.length > 0) {
      if (!await send(waiting[0]!)) {
        failures = Math.min(failures + 1, 10);
        return;
      }
      waiting.shift();
      failures = 0;
    }
  }

  function flush(): Promise<void> {
    running ??= flushing.run(true, () => outsideRequests(handOver))
      .catch((error: unknown) => log("error", "metrics not flushed", { detail: String(error) }))
      .finally(() => {
        running = undefined;
        if (waiting.length > 0) flushing.run(false, begin);
      });
    return running;
  }

  return {
    request(route, status, durationMs) {
      if (!isDue) begin();
      series.request(route, status, durationMs);
    },
    count(name, labels = NO_LABELS, by = 1) {
      if (!isDue) begin();
      series.count(name, labels, by);
    },
    time(name, labels, durationMs) {
      if (!isDue) begin();
      series.time(name, labels, durationMs);
    },
    beforeFlush: (look) => void looks.push(look),
    flush,
  };
}
