/**
 * Writes Prometheus's text format, version 0.0.4. Prometheus's client libraries can't be used: they count in
 * one process, and can't write sums that come from a database (docs/decisions/observability.md).
 */
import type { CountedSeries, Figure } from "../contracts/database/results/metrics.ts";
import { boundOf, BUCKETS } from "./buckets.ts";
import { COUNTER_HELP, type Described, FIGURE_HELP, TIMER_HELP } from "./prometheus-names.ts";

export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

interface Family {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly lines: string[];
}

type Families = Map<string, Family>;

/**
 * Returns the indexes of `length` buckets: `first` and every fifth one after it. Each bound is
 * about twice the bound before it. The counts are exact, because the metrics are stored with the
 * same bounds.
 */
const boundsFrom = (first: number, length: number) =>
  Array.from({ length }, (_, nr) => first + 5 * nr);

/** The bounds of an ordinary histogram: from 0.9 ms to two minutes, with a bound at 120 ms. */
const LE_BUCKETS = boundsFrom(32, 18);
/** The bounds of the histogram of jobs: from 120 ms to 19 hours, because a job may take a day. */
const LE_BUCKETS_OF_JOBS = boundsFrom(67, 20);

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

/**
 * Turns `rule=user,outcome=soft` into `{rule="user",outcome="soft"}`, and appends further labels.
 */
function labelled(labels: string, more: readonly string[] = []): string {
  const own = labels === "" ? [] : labels.split(",").map((label) => {
    const at = label.indexOf("=");
    return `${label.slice(0, at)}="${escape(label.slice(at + 1))}"`;
  });
  const all = [...own, ...more];
  return all.length === 0 ? "" : `{${all.join(",")}}`;
}

function familyOf(families: Families, name: string, type: Family["type"], help: string): string[] {
  let family = families.get(name);
  if (family === undefined) families.set(name, family = { type, help, lines: [] });
  return family.lines;
}

/**
 * Returns the description of a series. Only an own property counts, because the names come from the
 * database, and a name may equal the name of an object's method, such as `toString`.
 */
function own(help: Readonly<Record<string, Described>>, name: string): Described | undefined {
  return Object.hasOwn(help, name) ? help[name] : undefined;
}

/**
 * Formats milliseconds as seconds with six decimals, which is exact for our sums in microseconds.
 */
function seconds(ms: number): string {
  return String(Math.round(ms * 1000) / 1e6);
}

interface Histogram {
  count: number;
  sumMs: number;
  readonly buckets: number[];
}

function addTo(histogram: Histogram, series: CountedSeries): void {
  histogram.count += Number(series.count);
  histogram.sumMs += Number(series.sum_ms);
  series.buckets.forEach((count, bucket) => histogram.buckets[bucket]! += count);
}

function writeHistogram(
  lines: string[],
  name: string,
  labels: string,
  { count, sumMs, buckets }: Histogram,
  bounds: readonly number[] = LE_BUCKETS,
): void {
  for (const last of bounds) {
    const below = buckets.slice(0, last + 1).reduce((sum, inIt) => sum + inIt, 0);
    const le = Number((boundOf(last) / 1000).toPrecision(4));
    lines.push(`${name}_bucket${labelled(labels, [`le="${le}"`])} ${below}`);
  }
  lines.push(`${name}_bucket${labelled(labels, ['le="+Inf"'])} ${count}`);
  lines.push(`${name}_sum${labelled(labels)} ${seconds(sumMs)}`);
  lines.push(`${name}_count${labelled(labels)} ${count}`);
}

/**
 * Merges the series for which `labelsOf` returns the same labels, for example series that differ
 * only in the status.
 */
function histograms(all: readonly CountedSeries[], labelsOf: (labels: string) => string) {
  const byLabels = new Map<string, Histogram>();
  for (const series of all) {
    const labels = labelsOf(series.labels);
    const none = { count: 0, sumMs: 0, buckets: new Array<number>(BUCKETS).fill(0) };
    const known = byLabels.get(labels) ?? none;
    byLabels.set(labels, known);
    addTo(known, series);
  }
  return byLabels;
}

function writeRequests(families: Families, all: readonly CountedSeries[]): void {
  const count = familyOf(families, "farthing_requests_total", "counter", "Requests by status.");
  for (const { labels, count: value } of all) {
    count.push(`farthing_requests_total${labelled(labels)} ${value}`);
  }
  const name = "farthing_request_duration_seconds";
  const lines = familyOf(families, name, "histogram", "How long requests took, by route.");
  const withoutStatus = (labels: string) => labels.replace(/,status=\w+$/, "");
  for (const [labels, histogram] of histograms(all, withoutStatus)) {
    writeHistogram(lines, name, labels, histogram);
  }
}

function writeCounted(families: Families, series: CountedSeries): void {
  const counter = own(COUNTER_HELP, series.name);
  const timer = own(TIMER_HELP, series.name);
  if (counter !== undefined) {
    const name = `farthing_${counter.name}`;
    const lines = familyOf(families, name, "counter", counter.help);
    lines.push(`${name}${labelled(series.labels)} ${series.count}`);
  } else if (timer !== undefined) {
    const name = `farthing_${timer.name}`;
    const lines = familyOf(families, name, "histogram", timer.help);
    const bounds = series.name === "job" ? LE_BUCKETS_OF_JOBS : LE_BUCKETS;
    for (const [labels, histogram] of histograms([series], (same) => same)) {
      writeHistogram(lines, name, labels, histogram, bounds);
    }
  }
}

/**
 * Writes all series. Leaves out a series without a description: an older or newer version of the code has
 * counted it.
 */
export function writeMetrics(
  { counted, figures }: { counted: readonly CountedSeries[]; figures: readonly Figure[] },
): string {
  const families: Families = new Map();
  const requests = counted.filter(({ name }) => name === "requests");
  if (requests.length > 0) writeRequests(families, requests);
  for (const series of counted) writeCounted(families, series);
  for (const { name: figure, labels, value } of figures) {
    const described = own(FIGURE_HELP, figure);
    if (described === undefined) continue;
    const name = `farthing_${described.name}`;
    const type = name.endsWith("_total") ? "counter" : "gauge";
    familyOf(families, name, type, described.help).push(`${name}${labelled(labels)} ${value}`);
  }
  return [...families].map(([name, { type, help, lines }]) =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("\n")}\n`
  ).join("");
}
