/**
 * Runners that are killed or stopped during a step lose their jobs to other runners. No step is
 * paid for twice.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { requestsWith } from "../../support/work/chat.ts";
import { ledgerOf, proven } from "../../support/project/database.ts";
import { type Queue, withQueue } from "../../support/work/job-queue.ts";
import { inFlight, paidOncePerStep } from "../../support/work/paid-jobs.ts";
import { signUpWith } from "../../support/project/people.ts";
import { startRunner } from "../../support/processes/runner.ts";
import { until } from "../../support/project/until.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();
const CREDITS = 1_000;
const STEPS = ["plan", "question-1", "question-2", "question-3", "synthesis"];

/**
 * The lease of the runner that is killed or stopped. The test waits until this lease ends, so the
 * lease is short.
 */
const SHORT_LEASE = { leaseSeconds: 2, heartbeatMs: 400, concurrency: 8 };
const LONG_LEASE = { concurrency: 8 };

// A busy runner claims new work only when one of its jobs ends. So it takes over expired leases one
// at a time, and needs long to take over all of them.
const DEADLINE_MS = 120_000;

function addResearch(queue: Queue, userId: string, nr: number): Promise<string> {
  const query = `${queue.name} asks for job ${nr}; [plan:3][tokens:30][slow:1500]`;
  return queue.add("research", userId, { query });
}

/** A killed runner's call may still write a checkpoint. Waits until all such calls have ended. */
function nothingIsWritten({ sql }: Queue): Promise<true> {
  return until("no checkpoint is being written", async () => {
    const writing = await sql`select from pg_stat_activity
      where state = 'active' and query like '%jobs_checkpoint%' and pid <> pg_backend_pid()`;
    return writing.length === 0 || undefined;
  });
}

Deno.test("jobs of a runner that is killed during a step continue after their last checkpoint", async () => {
  const { id } = await signUpWith(world, String(CREDITS));
  await withQueue(world, async (queue) => {
    for (let nr = 0; nr < 4; nr++) await addResearch(queue, id, nr);
    await using first = await startRunner(world, queue.name, SHORT_LEASE);
    await until("each job has a checkpoint", async () => {
      const jobs = await queue.jobs();
      return jobs.every(({ steps }) => steps.length > 0) || undefined;
    });
    await inFlight(world, queue, 2);
    first.kill("SIGKILL");
    await first[Symbol.asyncDispose]();
    await nothingIsWritten(queue);
    const kept = await queue.jobs();
    const asked = await requestsWith(world, queue.name);
    const keptSteps = kept.reduce((sum, { steps }) => sum + steps.length, 0);
    ok(asked.length > keptSteps, "a step was in flight");

    await using _second = await startRunner(world, queue.name, LONG_LEASE);
    const jobs = await queue.emptied(DEADLINE_MS);
    for (const { status, attempts, steps } of jobs) {
      deepEqual([status, steps], ["completed", STEPS]);
      ok(attempts > 1);
    }
    // Only the steps without a checkpoint were requested again.
    const missing = jobs.length * STEPS.length - keptSteps;
    equal((await requestsWith(world, queue.name)).length, asked.length + missing);
    await paidOncePerStep(world, queue, id, CREDITS);
  });
  await proven(world);
});

Deno.test("a runner stopped beyond its lease does not change a job that another completed", async () => {
  const { id } = await signUpWith(world, String(CREDITS));
  await withQueue(world, async (queue) => {
    await using first = await startRunner(world, queue.name, SHORT_LEASE);
    const jobId = await addResearch(queue, id, 0);
    await until("a step has its checkpoint", async () => (await queue.jobs())[0]?.steps[0]);
    await inFlight(world, queue, 1);
    first.kill("SIGSTOP");

    await using second = await startRunner(world, queue.name, LONG_LEASE);
    const jobs = await queue.emptied(DEADLINE_MS);
    deepEqual([jobs[0]?.status, jobs[0]?.steps], ["completed", STEPS]);
    await until("the other runner has completed the job", () => second.ended("completed")[0]);
    const everything = async () => [
      await ledgerOf(world, id),
      [...await queue.sql`select * from farthing.jobs where job_id = ${jobId}`],
      [
        ...await queue.sql`select c.* from farthing.job_checkpoints c
        join farthing.jobs using (job_nr) where job_id = ${jobId} order by nr`,
      ],
      [...await queue.sql`select * from farthing.ai_logs where user_id = ${id} order by log_id`],
    ];
    const before = await everything();

    first.kill("SIGCONT");
    await until("the first runner has lost the job", () => first.ended("lost")[0]);
    deepEqual(await everything(), before);
    deepEqual(first.ended("completed"), []);
    await paidOncePerStep(world, queue, id, CREDITS);
  });
  await proven(world);
});

Deno.test("a runner stopped beyond its lease leaves the job to the runner that has it now", async () => {
  const { id } = await signUpWith(world, String(CREDITS));
  await withQueue(world, async (queue) => {
    await using first = await startRunner(world, queue.name, SHORT_LEASE);
    await addResearch(queue, id, 0);
    await until("a step has its checkpoint", async () => (await queue.jobs())[0]?.steps[0]);
    await inFlight(world, queue, 1);
    first.kill("SIGSTOP");
    const asked = await requestsWith(world, queue.name);

    await using second = await startRunner(world, queue.name, LONG_LEASE);
    await until("the second runner calls the model", async () => {
      return (await requestsWith(world, queue.name)).length > asked.length || undefined;
    });
    first.kill("SIGCONT");
    await until("the first runner has lost the job", () => first.ended("lost")[0]);
    deepEqual((await queue.jobs()).map(({ status }) => status), ["processing"]);
    const [job] = await queue.emptied(DEADLINE_MS);
    deepEqual([job?.status, job?.steps], ["completed", STEPS]);
    await until("the second runner has completed the job", () => second.ended("completed")[0]);
    deepEqual(first.ended("completed"), []);
    await paidOncePerStep(world, queue, id, CREDITS);
  });
  await proven(world);
});
