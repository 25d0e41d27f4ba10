/**
 * The database is killed while jobs run, each time during a write. All jobs complete, and each step is paid
 * for once.
 */
import { deepEqual, equal } from "node:assert/strict";
// @ts-types="@types/pg"
import pg from "pg";
import { proven } from "../../support/project/database.ts";
import { type Queue, withQueue } from "../../support/work/job-queue.ts";
import { databaseIsBack, killDatabase } from "../../support/processes/killing.ts";
import { inFlight, paidOncePerStep } from "../../support/work/paid-jobs.ts";
import { signUpWith } from "../../support/project/people.ts";
import { startRunner } from "../../support/processes/runner.ts";
import { until } from "../../support/project/until.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();
const CREDITS = 1_000;
/**
 * The number of jobs that are added before each kill. It is high enough that some jobs still run at
 * the kill.
 */
const JOBS = 6;
const STEPS = ["plan", "question-1", "question-2", "synthesis"];
const DEADLINE_MS = 120_000;

const ACCOUNT = "select from farthing.accounts where owner_id = $1 for update";
// The completion of a job updates all its checkpoints, so it waits for locks on these rows. The insertion
// of a new checkpoint does not wait.
const CHECKPOINTS = `
  select from farthing.job_checkpoints c join farthing.jobs using (job_nr)
  where user_id = $1 and status = 'processing' for update of c`;

// The lease is longer than the time that the database is down, so the runner does not lose its jobs.
const OPTIONS = { leaseSeconds: 8, heartbeatMs: 1_000, concurrency: 6 };

/**
 * Locks rows, and kills the database while a runner's call waits for these locks.
 * @param lock a `select … for update` of the rows; at first, it may find no rows
 */
async function killDuring(name: string, { sql }: Queue, lock: string, id: string): Promise<void> {
  const client = new pg.Client({ connectionString: world.databaseUrl });
  // The kill breaks the connection that holds the lock.
  client.on("error", () => {});
  await client.connect();
  await client.query("begin");
  await until("there are rows to lock", async () => {
    return (await client.query(lock, [id])).rowCount || undefined;
  });
  await until(`${name} waits`, async () => {
    const waiting = await sql`select from pg_stat_activity
      where wait_event_type = 'Lock' and query like ${`%farthing_public.${name}(%`}`;
    return waiting.length > 0 || undefined;
  });
  await killDatabase(world);
  await client.end().catch(() => {});
  await databaseIsBack(world);
}

async function addJobs(queue: Queue, userId: string, round: number): Promise<void> {
  for (let nr = 0; nr < JOBS; nr++) {
    const query = `${queue.name} asks for job ${round}-${nr}; [plan:2][tokens:30][slow:1000]`;
    await queue.add("research", userId, { query });
  }
}

Deno.test({
  name:
    "jobs are each paid once although the database is killed in steps, checkpoints and completions",
  ignore: world.dataDir === undefined,
  fn: async () => {
    const { id } = await signUpWith(world, String(CREDITS));
    await withQueue(world, async (queue) => {
      await addJobs(queue, id, 1);
      await using _one = await startRunner(world, queue.name, OPTIONS);
      await using _two = await startRunner(world, queue.name, OPTIONS);
      await inFlight(world, queue, 4);
      await killDatabase(world);
      await databaseIsBack(world);
      await addJobs(queue, id, 2);
      await killDuring("jobs_checkpoint", queue, ACCOUNT, id);
      await addJobs(queue, id, 3);
      await killDuring("jobs_complete", queue, CHECKPOINTS, id);
      const jobs = await queue.emptied(DEADLINE_MS);
      equal(jobs.length, 3 * JOBS);
      for (const { status, steps } of jobs) deepEqual([status, steps], ["completed", STEPS]);
      await paidOncePerStep(world, queue, id, CREDITS);
    });
    await proven(world);
  },
});
