/**
 * Batches of counts that the database has not recorded yet. The queue stays short, because old batches are
 * merged; no count is lost while the database is unavailable.
 */
import type { MetricRow } from "../contracts/database/arguments.ts";

export interface Batch {
  /** The batch's id. The database counts a batch once, however often it is sent with this id. */
  readonly id: string;
  readonly startedMs: number;
  readonly rows: readonly MetricRow[];
}

/**
 * Six batches cover one minute. Older batches are merged into one, so it is no longer known in which minute
 * their counts were made.
 */
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
 * Merges two batches into one that has the start time of the first batch and a new id. The database
 * cannot recognize the two batches by the new id. If it has recorded one of them and only the
 * response was lost, that batch is counted twice. After a minute without the database, counting
 * twice is a smaller error than losing counts.
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

/** Adds a batch at the end of the queue. */
export function enqueue(waiting: Batch[], batch: Batch): void {
  waiting.push(batch);
  if (waiting.length > MOST_WAITING) waiting.splice(0, 2, merge(waiting[0]!, waiting[1]!));
}
