/** Jobs that are started, polled, cancelled and retried, and that are paid step by step. */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { Decimal } from "decimal.js";
import { z } from "zod";
import { BatchResult } from "../../supabase/functions/_shared/contracts/usage.ts";
import {
  CancelledJob,
  type Job,
  JobSummary,
  StartedJob,
} from "../../supabase/functions/_shared/contracts/jobs.ts";
import { countEntries, proven } from "../support/project/database.ts";
import { backEnd, data, get, post, refused, remove } from "../support/project/http.ts";
import { holdsEnd, jobBecomes, jobEnds, readJob, startJob } from "../support/work/jobs.ts";
import { signUp, signUpWith } from "../support/project/people.ts";
import { balanceOf } from "../support/money/purchases.ts";
import type { World } from "../support/project/world.ts";
import type { Scenario } from "./scenario.ts";

/** Sums the costs of a job's steps. */
function costOf({ checkpoints }: z.output<typeof Job>): Decimal {
  return checkpoints.reduce((sum, { credits }) => sum.plus(credits), new Decimal(0));
}

async function paidBySteps(world: World, userId: string, job: z.output<typeof Job>) {
  const balance = await holdsEnd(world, userId);
  equal(new Decimal(1000).minus(costOf(job)).toFixed(), balance);
  await proven(world);
}

async function research(world: World): Promise<void> {
  const person = await signUpWith(world, "1000");
  const key = crypto.randomUUID();
  const body = { query: "Explain a farthing. [plan:2] [slow:200]" };
  const answer = await post(world, "ai/research", person.as, body, { key });
  const started = data(answer, 202, StartedJob);
  deepEqual([answer.headers.get("location"), answer.headers.get("retry-after")], [
    started.poll_url,
    "2",
  ]);
  match(started.poll_url, new RegExp(`/functions/v1/jobs/${started.job_id}$`));
  ok(new Decimal(started.held).gt(0));
  const replay = await post(world, "ai/research", person.as, body, { key });
  equal(data(replay, 202, StartedJob).job_id, started.job_id);
  deepEqual(
    ["location", "idempotency-replayed"].map((name) => replay.headers.get(name)),
    [started.poll_url, "true"],
  );
  const job = await jobEnds(world, person.as, started.job_id, "completed");
  const steps = ["plan", "question-1", "question-2", "synthesis"];
  deepEqual(job.checkpoints.map(({ step }) => step), steps);
  const result = z.object({ plan: z.array(z.string()), report: z.string() }).parse(job.result);
  deepEqual([job.progress, job.attempts, result.plan.length], [100, 1, 2]);
  ok(costOf(job).gt(0) && costOf(job).lte(started.held), costOf(job).toFixed());
  refused(await get(world, `jobs/${job.job_id}/file`, person.as), 404, "not_found");
  refused(await remove(world, `jobs/${job.job_id}`, person.as), 409, "job_not_cancellable");
  await paidBySteps(world, person.id, job);
}

async function cancel(world: World): Promise<void> {
  const [person, stranger] = [await signUpWith(world, "1000"), await signUp(world)];
  const input = { query: "Explain slowness. [plan:5] [slow:2000]" };
  const { job_id } = await startJob(world, person.as, { type: "research", input });
  await jobBecomes(
    world,
    person.as,
    job_id,
    "under way",
    ({ checkpoints }) => checkpoints.length > 0,
  );
  const path = `jobs/${job_id}`;
  for (
    const refusal of [await get(world, path, stranger.as), await remove(world, path, stranger.as)]
  ) {
    refused(refusal, 404, "not_found");
  }
  const cancelled = data(await remove(world, path, person.as), 200, CancelledJob);
  deepEqual(cancelled, { job_id, status: "cancelled" });
  refused(await remove(world, path, person.as), 409, "job_not_cancellable");
  await holdsEnd(world, person.id);
  const job = await readJob(world, person.as, job_id);
  deepEqual([job.status, job.result], ["cancelled", null]);
  ok(job.checkpoints.length < 7 && job.progress < 100);
  await paidBySteps(world, person.id, job);
}

async function retry(world: World): Promise<void> {
  const person = await signUpWith(world, "1000");
  // The model provider refuses four requests, and one call of the model sends at most three. So the
  // job's first attempt fails, and its second attempt continues.
  const query = `Explain failures. [plan:1] [fail:429x4:${crypto.randomUUID()}] [retry:0]`;
  const { job_id } = await startJob(world, person.as, { query }, "ai/research");
  const job = await jobEnds(world, person.as, job_id, "completed");
  equal(job.attempts, 2);
  equal(job.error, null);
  await paidBySteps(world, person.id, job);
}

async function tooDear(world: World): Promise<void> {
  const person = await signUpWith(world, "0.000001");
  const refusal = await post(world, "ai/research", person.as, { query: "Explain prices." });
  refused(refusal, 402, "insufficient_credits");
  deepEqual(data(await get(world, "jobs", person.as), 200, z.array(JobSummary)), []);
  equal((await balanceOf(world, person.id)).held, "0");
  await proven(world);
}

async function secondClick(world: World): Promise<void> {
  const person = await signUpWith(world, "1000");
  const body = {
    type: "research",
    input: { query: "Twice? [slow:200]" },
    client_temp_id: "click-1",
  };
  const first = await startJob(world, person.as, body);
  const second = await startJob(world, person.as, body);
  deepEqual([second.job_id, second.client_temp_id], [first.job_id, "click-1"]);
  const other = { ...body, input: { query: "Another?" } };
  refused(await post(world, "jobs", person.as, other), 400, "invalid_request", "client_temp_id");
  const theirs = await startJob(world, (await signUpWith(world, "1000")).as, body);
  notEqual(theirs.job_id, first.job_id);
  await jobEnds(world, person.as, first.job_id, "completed");
  const all = data(await get(world, "jobs?status=completed", person.as), 200, z.array(JobSummary));
  deepEqual(all.map(({ job_id }) => job_id), [first.job_id]);
  await proven(world);
}

const A_MINUTE_AGO = new Date(Date.now() - 60_000).toISOString();

/** Makes a usage event; every third event has its own time. */
const event = (nr: number) => ({
  ...{ event_id: `e-${nr}`, model: "gpt-4o", input_tokens: 10, output_tokens: 0 },
  ...(nr % 3 === 0 && { occurred_at: A_MINUTE_AGO }),
});

async function ledgerExport(world: World): Promise<void> {
  const person = await signUpWith(world, "1000");
  const events = Array.from({ length: 700 }, (_, nr) => ({ ...event(nr), user_id: person.id }));
  data(await post(world, "usage/batch", backEnd(world), { events }), 200, BatchResult);
  const { job_id } = await startJob(world, person.as, { type: "ledger_export", input: {} });
  const job = await jobEnds(world, person.as, job_id, "completed");
  const csv = await get(world, "credits/entries?format=csv", person.as);
  const file = await get(world, `jobs/${job_id}/file`, person.as);
  equal(file.status, 200);
  match(file.headers.get("content-type") ?? "", /^text\/csv/);
  ok(file.text === csv.text, "the file is what the ledger's own route streams");
  const result = z.object({ rows: z.int(), bytes: z.int(), file_url: z.url() }).parse(job.result);
  deepEqual([result.rows, result.bytes, job.checkpoints.length], [
    701,
    new TextEncoder().encode(csv.text).length,
    2,
  ]);
  match(result.file_url, new RegExp(`/jobs/${job_id}/file$`));
  const stranger = await signUp(world);
  refused(await get(world, `jobs/${job_id}/file`, stranger.as), 404, "not_found");
  equal((await get(world, `jobs/${job_id}/file`, backEnd(world))).text, csv.text);
  await proven(world);
}

async function usageBackfill(world: World): Promise<void> {
  const person = await signUpWith(world, "1000");
  const known = { ...event(3), user_id: person.id };
  await post(world, "usage", backEnd(world), known);
  const other = { ...event(7), input_tokens: 11 };
  const events = [...Array.from({ length: 700 }, (_, nr) => event(nr)), event(5), other];
  const body = { type: "usage_backfill", user_id: person.id, input: { events } };
  refused(await post(world, "jobs", person.as, { ...body, user_id: undefined }), 403, "forbidden");
  const { job_id, held } = await startJob(world, backEnd(world), body);
  equal(held, "140.42");
  const job = await jobEnds(world, backEnd(world), job_id, "completed");
  deepEqual(job.result, { charged: 699, duplicates: 2, conflicts: 1, credits: "139.8" });
  deepEqual(job.checkpoints.map(({ credits }) => credits), ["99.8", "40"]);
  equal(await holdsEnd(world, person.id), "860");
  equal(await countEntries(world, person.id, "settle"), 699);
  const dear = { ...body, input: { events: [{ ...event(9_999), input_tokens: 1e9 }] } };
  refused(await post(world, "jobs", backEnd(world), dear), 402, "insufficient_credits");
  await proven(world);
}

export const jobs: Scenario[] = [
  { name: "research is paid step by step, and is polled until its report", run: research },
  { name: "cancelled research pays for its finished steps and no more", run: cancel },
  { name: "research that the provider refuses is attempted again and paid once", run: retry },
  { name: "a job without enough credits is refused with 402 before it is queued", run: tooDear },
  {
    name: "a second request with the same client_temp_id returns the first job, with any key",
    run: secondClick,
  },
  { name: "ledger_export writes the same file as the ledger's CSV", run: ledgerExport },
  { name: "usage_backfill charges each event once and reports its cost", run: usageBackfill },
];
