import assert from "node:assert/strict";
import { makeJobWorld } from "#support/fakes/job-world.ts";
import { usageBackfill } from "./usage-backfill.ts";

const event = (nr: number) => ({
  ...{ event_id: `e-${nr}`, model: "gpt-4o", input_tokens: nr + 1, output_tokens: 0 },
  metadata: { nr },
});

Deno.test("usage_backfill charges its events in batches of 500 and adds up their cost", async () => {
  const { jobs, run } = makeJobWorld();
  const events = Array.from({ length: 1_234 }, (_, nr) => event(nr));
  const row = jobs.add("usage_backfill", { events });
  assert.equal((await run([usageBackfill])).completed, 1);
  assert.deepEqual(row.steps.map(({ step }) => step), ["batch-1", "batch-2", "batch-3"]);
  assert.deepEqual(row.usage, events);
  assert.deepEqual(row.result, { charged: 1_234, duplicates: 0, conflicts: 0, credits: "4.5" });
});

Deno.test("a resumed usage_backfill charges the missing batches and reports all batches", async () => {
  const { jobs, run } = makeJobWorld();
  const events = Array.from({ length: 700 }, (_, nr) => event(nr));
  const row = jobs.add("usage_backfill", { events });
  const known = { duplicates: 7, conflicts: 3 };
  row.steps.push({ step: "batch-1", output: {}, credits: "0.000000000000000001", ...known });
  await run([usageBackfill]);
  assert.equal(row.usage.length, 200);
  const credits = "1.500000000000000001";
  assert.deepEqual(row.result, { charged: 690, ...known, credits });
});

Deno.test("usage_backfill holds the price of every event, by its tokens and its time", async () => {
  const { tools } = makeJobWorld();
  const occurred_at = "2026-11-01T00:00:00Z";
  const lines = await usageBackfill.estimate({ events: [{ ...event(1), occurred_at }] }, tools);
  assert.deepEqual(lines, [{ model: "gpt-4o", input_tokens: 2, output_tokens: 0, occurred_at }]);
});
