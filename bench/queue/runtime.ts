/**
 * One runtime in a process of its own. When it gets a line on standard input, it runs all jobs of
 * the queue, and then prints the duration on standard error. The log of each job goes to standard
 * output, as in production.
 */
import { runOnce, type WorkerUtilsOptions } from "graphile-worker";
// @ts-types="@types/pg"
import pg from "pg";
import { z } from "zod";
import { createDatabase } from "../../supabase/functions/_shared/adapters/database/database.ts";
import { createPoolTransport } from "../../supabase/functions/_shared/adapters/database/pool.ts";
import { systemClock } from "../../supabase/functions/_shared/core/timers.ts";
import { defineJobType } from "../../supabase/functions/_shared/domain/jobs/job-type.ts";
import { NO_END } from "../../supabase/functions/_shared/core/isolate.ts";
import { runJobs } from "../../supabase/functions/_shared/domain/jobs/run-jobs.ts";
import { consoleLogger } from "../../supabase/functions/_shared/core/logger.ts";
import { NO_METRICS } from "../../supabase/functions/_shared/metrics/metrics.ts";
import { sayWorked, type Worked } from "./runtime-report.ts";

let ran: string[] = [];

/**
 * Returns a function that runs jobs as POST /job-runner does, again and again, until a run finds no
 * job.
 */
function ours(url: string): () => Promise<void> {
  const trivial = defineJobType({
    type: "trivial",
    summary: "Does nothing",
    who: ["secret"],
    input: z.strictObject({}),
    stepCpuMs: 0,
    estimate: () => Promise.resolve([]),
    run: (job) => {
      ran.push(job.id);
      return Promise.resolve(null);
    },
  });
  const tools = {
    ai: () => Promise.reject(new Error("no AI in this benchmark")),
    database: createDatabase(createPoolTransport({ url })),
    metrics: NO_METRICS,
    functionsUrl: "",
    now: () => new Date(),
    log: consoleLogger,
    lifetime: NO_END,
  };
  return async () => {
    while ((await runJobs(tools, [trivial], systemClock)).claimed > 0);
  };
}

function graphile(url: string, worker: GraphileConfig.WorkerOptions): () => Promise<void> {
  const pgPool = new pg.Pool({ connectionString: url, max: 10 });
  pgPool.on("error", () => {});
  const options = { pgPool, preset: { worker } } satisfies WorkerUtilsOptions;
  const taskList = {
    trivial: (payload: unknown) => {
      ran.push(String((payload as { id: number }).id));
    },
  };
  return async () => {
    await runOnce({ ...options, taskList, noHandleSignals: true });
    // When runOnce returns, it may not have deleted its last jobs yet.
    const left = "select from graphile_worker._private_jobs where locked_by is not null limit 1";
    while ((await pgPool.query(left)).rowCount !== 0);
  };
}

const kinds: Record<string, (url: string) => () => Promise<void>> = {
  "ours": ours,
  "graphile": (url) => graphile(url, {}),
  "graphile-16": (url) => graphile(url, { concurrentJobs: 16 }),
  "graphile-batched": (url) =>
    graphile(url, { concurrentJobs: 16, localQueue: { size: 500 }, completeJobBatchDelay: 0 }),
};

const [kind, url] = Deno.args as [string, string];
const workOff = kinds[kind]!(url);
// In this first run, graphile-worker creates its schema.
await workOff();
const say = (worked: Worked) => Deno.stderr.writeSync(new TextEncoder().encode(sayWorked(worked)));
say({ seconds: 0, ran: 0, distinct: 0 });
for await (const _ of Deno.stdin.readable) {
  ran = [];
  const begin = performance.now();
  await workOff();
  const seconds = (performance.now() - begin) / 1000;
  say({ seconds, ran: ran.length, distinct: new Set(ran).size });
}
Deno.exit();
