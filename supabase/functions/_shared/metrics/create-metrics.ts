/**
 * Counts events in this process, and sends the counts to the database some seconds after the first
 * count. No request waits for the sending, and no request sees its failures
 * (docs/decisions/observability.md).
 */
import { outsideRequests } from "../core/current-request.ts";
import { ApiError, isUnavailable } from "../core/errors.ts";
import { consoleLogger, type Logger } from "../core/logger.ts";
import type { CounterName, Labels, Metrics, TimerName } from "./metrics.ts";
import { Series } from "./series.ts";
import { type Batch, enqueue } from "./batch-queue.ts";
import { isHosted } from "../core/isolate.ts";

/**
 * Alerts read the counts of the latest minutes, so new counts must arrive within a minute. Six
 * calls a minute are cheap for a busy process.
 */
const FLUSH_AFTER_MS = 10_000;
/**
 * The longest pause between two flushes. The pause begins at FLUSH_AFTER_MS and doubles with each failure.
 */
const LONGEST_PAUSE_MS = 160_000;

interface MetricsOptions {
  /**
   * Sends a batch to the database. This call itself must not be counted; otherwise an idle process
   * would flush forever.
   * @throws ApiError if the database refuses the batch or is unavailable
   */
  readonly record: (batch: Batch, ageMs: number) => Promise<unknown>;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** Calls `run` after `ms` milliseconds, without keeping the process alive. */
  readonly later: (run: () => void, ms: number) => void;
  /** Keeps the isolate alive until the promise settles. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly log: Logger;
}

export interface FlushedMetrics extends Metrics {
  /** Sends all counts that were made before this call. Waits for a running flush first. Never throws. */
  flush(): Promise<void>;
}

const NO_LABELS: Labels = {};

class ProcessMetrics implements FlushedMetrics {
  readonly #options: MetricsOptions;
  readonly #observers: (() => void)[] = [];
  readonly #waiting: Batch[] = [];
  #series: Series;
  #isDue = false;
  /**
   * True while the functions that beforeFlush() registered run. Their counts go into the batch that
   * is about to be sent, so they schedule no flush.
   */
  #isObserving = false;
  #failures = 0;
  #running: Promise<void> | undefined;

  constructor(options: MetricsOptions) {
    this.#options = options;
    this.#series = new Series(options.nowMs());
  }

  request(route: string | null, status: number, durationMs: number): void {
    if (!this.#isDue) this.#begin();
    this.#series.request(route, status, durationMs);
  }

  count(name: CounterName, labels: Labels = NO_LABELS, by = 1): void {
    if (!this.#isDue) this.#begin();
    this.#series.count(name, labels, by);
  }

  time(name: TimerName, labels: Labels, durationMs: number): void {
    if (!this.#isDue) this.#begin();
    this.#series.time(name, labels, durationMs);
  }

  beforeFlush(observe: () => void): void {
    this.#observers.push(observe);
  }

  flush(): Promise<void> {
    const { log } = this.#options;
    // The running flush may lack the newest counts, so another flush follows it.
    const more = () => this.#series.isEmpty ? undefined : this.flush();
    if (this.#running !== undefined) return this.#running.then(more);
    this.#running = outsideRequests(() => this.#handOver())
      .catch((error: unknown) => log("error", "metrics not flushed", { detail: String(error) }))
      .finally(() => {
        this.#running = undefined;
        if (this.#waiting.length > 0) this.#begin();
      });
    return this.#running;
  }

  /** Schedules a flush, unless one is scheduled already. */
  #begin(): void {
    if (this.#isDue || this.#isObserving) return;
    const { later, nowMs, waitUntil } = this.#options;
    this.#isDue = true;
    if (this.#series.isEmpty) this.#series = new Series(nowMs());
    const pauseMs = Math.min(FLUSH_AFTER_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
    const done = new Promise<void>((resolve) => {
      outsideRequests(() => later(() => void this.flush().then(resolve), pauseMs));
    });
    waitUntil(done);
  }

  async #handOver(): Promise<void> {
    this.#isObserving = true;
    try {
      for (const observe of this.#observers) observe();
    } finally {
      this.#isObserving = false;
    }
    this.#isDue = false;
    if (!this.#series.isEmpty) {
      const { startedMs } = this.#series;
      enqueue(this.#waiting, { id: crypto.randomUUID(), startedMs, rows: this.#series.rows() });
      this.#series = new Series(this.#options.nowMs());
    }
    while (this.#waiting.length > 0) {
      if (!await this.#send(this.#waiting[0]!)) {
        this.#failures += 1;
        return;
      }
      this.#waiting.shift();
      this.#failures = 0;
    }
  }

  /**
   * Sends a batch. Returns true if the batch is finished: the database has recorded it, or will never accept
   * it.
   */
  async #send(batch: Batch): Promise<boolean> {
    const { log, nowMs, record } = this.#options;
    try {
      await record(batch, Math.round(nowMs() - batch.startedMs));
      return true;
    } catch (error) {
      // The database would refuse the batch again, so the batch is dropped. A batch is sent again
      // only if the database was unavailable.
      const isLost = !isUnavailable(error);
      const code = error instanceof ApiError ? error.code : "internal";
      log("warn", isLost ? "metrics refused" : "metrics not recorded", { code });
      return isLost;
    }
  }
}

export function createMetrics(options: MetricsOptions): FlushedMetrics {
  return new ProcessMetrics(options);
}

function later(run: () => void, ms: number): void {
  const timer = setTimeout(run, ms);
  // On the hosted runtime waitUntil keeps the isolate alive; elsewhere a pending flush must not
  // keep a script alive.
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
  // The platform sends this event before it ends an isolate, and waits a short time for pending
  // work.
  if (isHosted) globalThis.addEventListener("beforeunload", () => waitUntil(metrics.flush()));
  return metrics;
}
