import assert from "node:assert/strict";
import { countedMetrics } from "#support/fakes/counted-metrics.ts";
import type { Transport } from "./database.ts";
import { CONNECTION_LOST, DatabaseFailure, TIMED_OUT } from "./failures.ts";
import { timed } from "./call-durations.ts";

const OUTCOMES: [string | null, string][] = [
  [null, "ok"],
  ["insufficient_credits", "refused"],
  ["22P02", "refused"],
  ["57P03", "unavailable"],
  ["40001", "unavailable"],
  [CONNECTION_LOST, "unavailable"],
  ["57014", "timeout"],
  [TIMED_OUT, "timeout"],
  ["42P01", "failed"],
];

Deno.test("each attempt at a function is timed by its group and by how it ended", async () => {
  for (const [code, outcome] of OUTCOMES) {
    const metrics = countedMetrics();
    const failure = code === null ? null : new DatabaseFailure({ code, message: "no" });
    const transport: Transport = {
      call: () => failure === null ? Promise.resolve({ a: 1 }) : Promise.reject(failure),
      close: () => Promise.resolve(),
    };
    const call = timed(transport, metrics).call("credits_debit", {});
    if (failure === null) assert.deepEqual(await call, { a: 1 });
    else await assert.rejects(call, failure);
    assert.deepEqual(metrics.counts, { [`database_call credits ${outcome}`]: 1 }, `${code}`);
  }
});
