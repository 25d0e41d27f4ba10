/** Batches that could not be handed over yet: few, and nothing of them lost while the database is away. */
import type { MetricRow } from "../contracts/database/arguments.ts";

export interface Batch {
  /** What makes it count once, however often it is sent. */
  readonly id: string;
  readonly startedMs: number;
  readonly rows: readonly MetricRow[];
}

/** A minute of trouble with every batch at its own minute; what is older is kept as one. */
const MOST_WAITING = 6;

function addBuckets(these: readonly number[], those: readonly number[]): number[] {
  const [longer, shorter] = these.length < those.length ? [those, these] : [these, those];
  return longer.map((count, bucket) => count + (shorter[bucket] ?? 0));
}

function addRows(a: MetricRow, b: MetricRow): MetricRow {
  const count = a.count + b.count;
  if (a.buckets === undefined || b.buckets === undefined) return { ...a, count };
  const sum_ms = (a.sum_ms ?? 0) + (b.sum_ms ?? 0);
  return { ...a, count, sum_ms, buckets: addBuckets(a.buckets, b.buckets) };
}

/**
 * Both as one, of the time of the first. It is another batch: were one of them in already, and only its
 * answer lost, it would count twice. After a minute without the database that is the smaller error.
 */
function merge(first: Batch, second: Batch): Batch {
  const rows = new Map<string, MetricRow>();
  for (const row of [...first.rows, ...second.rows]) {
    const key = `${row.name} ${row.labels}`;
    const known = rows.get(key);
    rows.set(key, known === undefined ? row : addRows(known, row));
  }
  return { id: crypto.randomUUID(), startedMs: first.startedMs, rows: [...rows.values()] };
}

/** Adds a batch behind those that wait. */
export function enqueue(waiting: Batch[], batch: Batch): void {
  waiting.push(batch);
  if (waiting.length > MOST_WAITING) waiting.splice(0, 2, merge(waiting[0]!, waiting[1]!));
}
