/**
 * Many isolates add to the same rows at the same moment. No isolate waits for ever, and no count is lost or
 * counted twice.
 */
import { deepEqual } from "node:assert/strict";
import postgres from "postgres";
import { withSql } from "../support/project/database.ts";
import { readWorld } from "../support/project/world.ts";

const world = readWorld();
const PROCESSES = 8;
const BATCHES_EACH = 20;
const SERIES = 12;

/** Makes a batch with every series. The order of the series differs from batch to batch. */
function rowsOf(name: string, nr: number) {
  return Array.from({ length: SERIES }, (_, index) => ({
    name,
    labels: `rule=r${(index * 5 + nr) % SERIES}`,
    count: 1,
    sum_ms: 2,
    buckets: [0, 1],
  }));
}

Deno.test("batches of many isolates add up, and a batch that is sent twice counts once", async () => {
  const name = `test_${crypto.randomUUID().replaceAll("-", "_")}`;
  const sql = postgres(world.databaseUrl, { max: PROCESSES, onnotice: () => {} });
  const batches = Array.from({ length: PROCESSES * BATCHES_EACH }, (_, nr) => ({
    id: crypto.randomUUID(),
    rows: sql.json(rowsOf(name, nr)),
  }));
  try {
    const record = ({ id, rows }: typeof batches[number]) =>
      sql`select farthing_public.metrics_record(${id}, 0, ${rows}) as answer`;
    const answers = await Promise.all([...batches, ...batches].map(record));
    const recorded = answers.filter(([row]) => row!.answer.recorded).length;
    deepEqual(recorded, batches.length);
  } finally {
    await sql.end({ timeout: 5 });
  }
  const totals = await withSql(world, (sql) =>
    sql`
    select count::int, sum_ms::int, buckets::int[] from farthing.metrics
    where name = ${name} and grain = 'total'`);
  const each = batches.length;
  deepEqual(
    [...totals],
    Array(SERIES).fill({ count: each, sum_ms: 2 * each, buckets: [0, each] }),
  );
});
