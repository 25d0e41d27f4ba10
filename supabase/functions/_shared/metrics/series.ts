/** The counts until the next flush, and their rows for the database. */
import type { MetricRow } from "../contracts/database/arguments.ts";
import { bucketOf, BUCKETS } from "./buckets.ts";
import { type CounterName, COUNTERS, type Labels, type TimerName, TIMERS } from "./metrics.ts";

interface Durations {
  count: number;
  sumMs: number;
  readonly buckets: number[];
}

// Requests are counted by the class of their status. 408 has a class of its own, because the
// service and not the caller causes it.
const STATUSES = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;
const TIMED_OUT = 5;
const STATUS_NAMES = [...STATUSES, "408"] as const;

/** The label of all requests without a route: a path that a caller sends never becomes a label. */
const NO_ROUTE = "none";

/**
 * The longest value of a label. The name of a model fits, and must not be cut, because the model's
 * rate is looked up by name.
 */
const LONGEST_VALUE = 200;
const SHORT_WORD = /^[a-z_]{0,30}$/;

/**
 * The maximum number of series. Further series are not counted, so that memory stays bounded even
 * if a label gets too many values by mistake.
 */
const MOST_SERIES = 1_000;

/** The database refuses a whole batch for one invalid row, so an invalid amount is ignored. */
function isAmount(value: number): boolean {
  return value > 0 && value < Infinity;
}

function add(durations: Durations, ms: number): void {
  durations.count += 1;
  if (isAmount(ms)) durations.sumMs += ms;
  durations.buckets[bucketOf(ms)]! += 1;
}

function none(): Durations {
  return { count: 0, sumMs: 0, buckets: new Array<number>(BUCKETS).fill(0) };
}

/**
 * Characters that would end a label or a line early, or that are invalid text, such as half a
 * surrogate pair.
 */
const DIRTY = /[,\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu;

function clean(value: string): string {
  return value.slice(0, LONGEST_VALUE).replace(DIRTY, "_");
}

/**
 * Writes the labels as text. A short word in lower case needs no cleaning. The test for such a word
 * saves time, because every limited request calls this function several times.
 */
function labelsOf(names: readonly string[], labels: Labels): string {
  let text = "";
  for (const name of names) {
    const value = labels[name] ?? "";
    const isOurs = SHORT_WORD.test(value);
    text += (text === "" ? "" : ",") + name + "=" + (isOurs ? value : clean(value));
  }
  return text;
}

function rowOf(name: string, labels: string, { count, sumMs, buckets }: Durations): MetricRow {
  const last = buckets.findLastIndex((inIt) => inIt > 0);
  const sum_ms = Math.round(sumMs * 1000) / 1000;
  return { name, labels, count, sum_ms, buckets: buckets.slice(0, last + 1) };
}

/** Everything counted since `startedMs`. Memory grows only with the number of series. */
export class Series {
  /** Durations by route, and then by the class of the status. */
  readonly #requests = new Map<string, (Durations | undefined)[]>();
  readonly #counters = new Map<string, Map<string, number>>();
  readonly #timers = new Map<string, Map<string, Durations>>();
  #size = 0;

  constructor(readonly startedMs: number) {}

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  request(route: string | null, status: number, ms: number): void {
    const name = route ?? NO_ROUTE;
    let ofRoute = this.#requests.get(name);
    if (ofRoute === undefined) this.#requests.set(name, ofRoute = []);
    const kind = status === 408 ? TIMED_OUT : Math.floor(status / 100) - 1;
    let durations = ofRoute[kind];
    if (durations === undefined) {
      this.#size += 1;
      ofRoute[kind] = durations = none();
    }
    add(durations, ms);
  }

  count(name: CounterName, labels: Labels, by: number): void {
    if (!isAmount(by)) return;
    const key = labelsOf(COUNTERS[name], labels);
    const counter = this.#named(this.#counters, name);
    const before = counter.get(key);
    if (before === undefined && !this.#hasCapacity()) return;
    counter.set(key, (before ?? 0) + by);
  }

  time(name: TimerName, labels: Labels, ms: number): void {
    const key = labelsOf(TIMERS[name], labels);
    const timer = this.#named(this.#timers, name);
    let durations = timer.get(key);
    if (durations === undefined) {
      if (!this.#hasCapacity()) return;
      timer.set(key, durations = none());
    }
    add(durations, ms);
  }

  rows(): MetricRow[] {
    const rows: MetricRow[] = [];
    for (const [route, ofRoute] of this.#requests) {
      ofRoute.forEach((durations, kind) => {
        const labels = `route=${route},status=${STATUS_NAMES[kind]}`;
        if (durations !== undefined) rows.push(rowOf("requests", labels, durations));
      });
    }
    for (const [name, counter] of this.#counters) {
      for (const [labels, count] of counter) {
        rows.push({ name, labels, count: Math.round(count * 1e6) / 1e6 });
      }
    }
    for (const [name, timer] of this.#timers) {
      for (const [labels, durations] of timer) rows.push(rowOf(name, labels, durations));
    }
    return rows;
  }

  #named<T>(all: Map<string, Map<string, T>>, name: string): Map<string, T> {
    let named = all.get(name);
    if (named === undefined) all.set(name, named = new Map());
    return named;
  }

  #hasCapacity(): boolean {
    if (this.#size >= MOST_SERIES) return false;
    this.#size += 1;
    return true;
  }
}
