import assert from "node:assert/strict";
import { type Batch, enqueue } from "./batch-queue.ts";

Deno.test("the two oldest batches are merged: as old as the first, with the counts of both", () => {
  const waiting: Batch[] = [];
  for (let nr = 0; nr < 7; nr++) {
    const timed = { name: "requests", labels: "route=GET /jobs,status=2xx" };
    enqueue(waiting, {
      id: `batch ${nr}`,
      startedMs: nr * 1_000,
      rows: [
        { ...timed, count: 2, sum_ms: 10 + nr, buckets: nr === 0 ? [2] : [1, 1] },
        { name: "notifications", labels: `outcome=${nr}`, count: 1 },
      ],
    });
  }
  assert.equal(waiting.length, 6);
  const [{ id, startedMs, rows }, next] = waiting as [Batch, Batch];
  assert.deepEqual([startedMs, next.id, next.startedMs], [0, "batch 2", 2_000]);
  assert(!id.startsWith("batch"), "another batch");
  assert.deepEqual(rows, [
    {
      name: "requests",
      labels: "route=GET /jobs,status=2xx",
      count: 4,
      sum_ms: 21,
      buckets: [3, 1],
    },
    { name: "notifications", labels: "outcome=0", count: 1 },
    { name: "notifications", labels: "outcome=1", count: 1 },
  ]);
});
