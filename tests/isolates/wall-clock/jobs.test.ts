/** Jobs whose runners are killed. All jobs complete, and each answer of the model is paid for once. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Decimal } from "decimal.js";
import type postgres from "postgres";
import { StartedJob } from "../../../supabase/functions/_shared/contracts/jobs.ts";
import { requestsWith } from "../../support/work/chat.ts";
import { proven, withSql } from "../../support/project/database.ts";
import { data, post } from "../../support/project/http.ts";
import { deathsDuring, insist } from "../../support/processes/isolates.ts";
import { readJob } from "../../support/work/jobs.ts";
import { priceOfAnswers } from "../../support/work/paid-jobs.ts";
import { type Person, signUpWith } from "../../support/project/people.ts";
import { balanceOf } from "../../support/money/purchases.ts";
import { until } from "../../support/project/until.ts";
import { readWorld } from "../../support/project/world.ts";

type Sql = postgres.Sql<Record<string, never>>;

const world = readWorld();
const CREDITS = 1_000;
const PEOPLE = 4;
const JOBS = 4;
const STEPS = ["plan", "question-1", "question-2", "synthesis"];
const DEADLINE_MS = 150_000;
const NAME = `isolates-${crypto.randomUUID()}`;

/** Adds a job. A step takes 3 s, so some step is running whenever an isolate ends. */
async function add(person: Person, nr: number): Promise<string> {
  const body = { query: `${NAME} ${person.id} asks for job ${nr}; [plan:2][tokens:30][slow:3000]` };
  const key = crypto.randomUUID();
  const ask = () => post(world, "ai/research", person.as, body, { key });
  const { job_id } = data(await insist("the job is taken", ask), 202, StartedJob);
  const again = await insist("a repeat", ask);
  equal(data(again, 202, StartedJob).job_id, job_id);
  return job_id;
}

/**
 * Does at once what the scheduled tasks do within a minute. First ends the lease of each job that
 * has had neither a step nor a heartbeat for 15 s: less than 45 s of its lease of 60 s are left.
 * Then wakes a runner for the waiting jobs.
 */
async function timePasses(sql: Sql): Promise<void> {
  await sql`update farthing.jobs set lease_expires_at = now()
    where status = 'processing' and lease_expires_at < now() + interval '45 seconds'`;
  await sql`select farthing.end_job_leases()`;
  await sql`select farthing.wake_runner_if_due()`;
}

function allEnd(jobs: readonly string[]): Promise<void> {
  return withSql(world, async (sql) => {
    await until("all jobs are over", async () => {
      await timePasses(sql);
      const [row] = await sql`select count(*)::int as open from farthing.jobs
        where job_id = any(${jobs as string[]}) and status in ('queued', 'processing')`;
      return row?.open === 0 || undefined;
    }, DEADLINE_MS);
  });
}

async function judge(person: Person, jobs: readonly string[]): Promise<void> {
  let paid = new Decimal(0);
  for (const id of jobs) {
    const { status, checkpoints } = await readJob(world, person.as, id);
    deepEqual([status, checkpoints.map(({ step }) => step)], ["completed", STEPS]);
    paid = checkpoints.reduce((sum, { credits }) => sum.plus(credits), paid);
  }
  const asked = await requestsWith(world, person.id);
  const price = await withSql(world, (sql) => priceOfAnswers(sql, asked));
  equal(paid.toFixed(), price.toFixed(), "each answer is paid once");
  const { balance, held } = await balanceOf(world, person.id);
  deepEqual([balance, held], [new Decimal(CREDITS).minus(paid).toFixed(), "0"]);
}

Deno.test("jobs whose runners are killed are completed once, and each step is paid once", async () => {
  const people = await Promise.all(
    Array.from({ length: PEOPLE }, () => signUpWith(world, String(CREDITS))),
  );
  const jobs = new Map<Person, string[]>();
  const deaths = await deathsDuring(world, "job-runner", async () => {
    for (const person of people) {
      const numbers = Array.from({ length: JOBS }, (_, nr) => nr);
      jobs.set(person, await Promise.all(numbers.map((nr) => add(person, nr))));
    }
    await allEnd([...jobs.values()].flat());
  });
  for (const [person, ids] of jobs) await judge(person, ids);
  const asked = await requestsWith(world, NAME);
  const steps = PEOPLE * JOBS * STEPS.length;
  ok(deaths.killed >= 1 && deaths.cut >= 1, JSON.stringify(deaths));
  ok(asked.length > steps, "no step was cut off");
  await proven(world);
});
