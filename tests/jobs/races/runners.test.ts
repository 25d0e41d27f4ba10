/** Two runners in two processes work on one queue. Each job is run once. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Decimal } from "decimal.js";
import { countEntries, proven } from "../../support/project/database.ts";
import { type Queue, type QueuedJob, withQueue } from "../../support/work/job-queue.ts";
import { signUpWith } from "../../support/project/people.ts";
import { requestsWith } from "../../support/work/chat.ts";
import { balanceOf } from "../../support/money/purchases.ts";
import { startRunner } from "../../support/processes/runner.ts";
import { until } from "../../support/project/until.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();
const JOBS = 200;
const PEOPLE = 4;
const CREDITS = 10_000;
const EVENTS = 4;
const DEADLINE_MS = 200_000;

const STEPS = {
  ledger_export: ["chunk-1"],
  usage_backfill: ["batch-1"],
  research: ["plan", "question-1", "synthesis"],
};

/**
 * Adds a job. Two of every five jobs are free, two charge usage, and one calls a model three times.
 */
function addJob(queue: Queue, userId: string, nr: number): Promise<string> {
  if (nr % 5 < 2) return queue.add("ledger_export", userId, {});
  if (nr % 5 === 2) {
    const query = `${queue.name} asks for job ${nr}; [plan:1][tokens:40]`;
    return queue.add("research", userId, { query });
  }
  const events = Array.from({ length: EVENTS }, (_, at) => ({
    ...{ event_id: `${nr}-${at}`, model: "gpt-4o", input_tokens: 10, output_tokens: 0 },
  }));
  return queue.add("usage_backfill", userId, { events });
}

/** Adds all jobs, eight at the same moment. */
async function addJobs(queue: Queue, people: string[]): Promise<string[]> {
  const added: string[] = [];
  let next = 0;
  const work = async () => {
    while (next < JOBS) {
      const nr = next++;
      added[nr] = await addJob(queue, people[nr % PEOPLE]!, nr);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return added;
}

async function ranOnce(queue: Queue, jobs: QueuedJob[]): Promise<void> {
  for (const { jobId, type, status, attempts, steps } of jobs) {
    deepEqual([status, attempts, steps], ["completed", 1, STEPS[type]], jobId);
  }
  const requests = await requestsWith(world, queue.name);
  const perJob = new Map<string, number>();
  for (const { messages, status, aborted } of requests) {
    deepEqual([status, aborted], [200, false]);
    const [name] = /job \d+;/.exec(messages.at(-1)?.content ?? "") ?? [""];
    perJob.set(name, (perJob.get(name) ?? 0) + 1);
  }
  deepEqual([perJob.size, new Set(perJob.values())], [JOBS / 5, new Set([3])]);
}

/** Asserts that each account has paid for the steps of its jobs, and for nothing else. */
async function paidOnce(people: string[], jobs: QueuedJob[]): Promise<void> {
  for (const userId of people) {
    const theirs = jobs.filter((job) => job.userId === userId);
    const cost = theirs.reduce((sum, { credits }) => sum.plus(credits), new Decimal(0));
    const { balance, held } = await balanceOf(world, userId);
    deepEqual([balance, held], [new Decimal(CREDITS).minus(cost).toFixed(), "0"]);
    const charges = { ledger_export: 0, usage_backfill: EVENTS, research: 3 };
    const expected = theirs.reduce((sum, { type }) => sum + charges[type], 0);
    equal(await countEntries(world, userId, "settle"), expected);
  }
  for (const { type, credits } of jobs) {
    if (type === "ledger_export") equal(credits, "0");
    if (type === "usage_backfill") equal(credits, "0.8");
    if (type === "research") ok(new Decimal(credits).gt(0));
  }
}

Deno.test("T9: 200 jobs of two runners are each run and paid once", async () => {
  await withQueue(world, async (queue) => {
    const people = (await Promise.all(
      Array.from({ length: PEOPLE }, () => signUpWith(world, String(CREDITS))),
    )).map(({ id }) => id);
    const options = { concurrency: 8 };
    await using one = await startRunner(world, queue.name, options);
    await using two = await startRunner(world, queue.name, options);
    const added = await addJobs(queue, people);
    const jobs = await queue.emptied(DEADLINE_MS);
    equal(new Set(added).size, JOBS);
    deepEqual(jobs.map(({ jobId }) => jobId).sort(), added.toSorted());
    const [byOne, byTwo] = await until("the runners have logged all completed jobs", () => {
      const said = [one.ended("completed"), two.ended("completed")] as const;
      return said[0].length + said[1].length >= JOBS ? said : undefined;
    });
    ok(byOne.length > 0 && byTwo.length > 0, `${byOne.length} and ${byTwo.length}`);
    deepEqual([...byOne, ...byTwo].sort(), added.toSorted());
    await ranOnce(queue, jobs);
    await paidOnce(people, jobs);
  });
  await proven(world);
});
