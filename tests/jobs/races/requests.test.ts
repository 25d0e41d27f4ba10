/**
 * Jobs that are requested at the same moment. A request that is repeated makes one job, and no job
 * starts without credits.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Decimal } from "decimal.js";
import { z } from "zod";
import { Grant } from "../../../supabase/functions/_shared/contracts/credits.ts";
import { JobSummary, StartedJob } from "../../../supabase/functions/_shared/contracts/jobs.ts";
import { proven } from "../../support/project/database.ts";
import { backEnd, data, get, post, refused, remove } from "../../support/project/http.ts";
import { holdsEnd } from "../../support/work/jobs.ts";
import { type Person, signUp, signUpWith } from "../../support/project/people.ts";
import { balanceOf } from "../../support/money/purchases.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();
/** The number of jobs that a user may request in a minute. */
const MANY = 10;
const AFFORDABLE = 5;

function together<T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => act(index)));
}

// The three steps of a job take 5 s each, so the last job is requested before the first one ends
// and releases its hold.
const BODY = { type: "research", input: { query: "Explain a race. [plan:1] [slow:5000]" } };

async function jobsOf({ as }: Person) {
  return data(await get(world, "jobs?limit=100", as), 200, z.array(JobSummary));
}

/**
 * Asserts that at most the credits of one job are held. Fewer are held if the job has already paid for a
 * step.
 */
async function isHeldOnce({ id }: Person, amount: string): Promise<void> {
  const { held = "0" } = await balanceOf(world, id);
  ok(new Decimal(held).gt(0) && new Decimal(held).lte(amount), `${held} of ${amount}`);
}

/** Cancels all running jobs and waits until no credits are held. */
async function endAll(person: Person): Promise<void> {
  for (const { job_id } of await jobsOf(person)) {
    const answer = await remove(world, `jobs/${job_id}`, person.as);
    if (answer.status !== 200) refused(answer, 409, "job_not_cancellable");
  }
  await holdsEnd(world, person.id);
}

Deno.test("T2: 10 job requests with one Idempotency-Key make one job", async () => {
  const person = await signUpWith(world, "1000");
  const key = crypto.randomUUID();
  const answers = await together(MANY, () => post(world, "jobs", person.as, BODY, { key }));
  const accepted = answers.filter(({ status }) => status === 202);
  for (const answer of answers) {
    if (answer.status !== 202) refused(answer, 409, "idempotency_in_progress");
  }
  ok(accepted.length > 0);
  const started = accepted.map((answer) => data(answer, 202, StartedJob));
  equal(new Set(started.map(({ job_id }) => job_id)).size, 1);
  const replays = accepted.filter(({ headers }) => headers.has("idempotency-replayed"));
  equal(replays.length, accepted.length - 1);
  equal((await jobsOf(person)).length, 1);
  await isHeldOnce(person, started[0]!.held);
  await endAll(person);
  await proven(world);
});

Deno.test("10 job requests with one client_temp_id and a key each make one job", async () => {
  const person = await signUpWith(world, "1000");
  const body = { ...BODY, client_temp_id: "click" };
  const answers = await together(MANY, () => post(world, "jobs", person.as, body));
  const started = answers.map((answer) => data(answer, 202, StartedJob));
  equal(new Set(started.map(({ job_id }) => job_id)).size, 1);
  equal((await jobsOf(person)).length, 1);
  await isHeldOnce(person, started[0]!.held);
  await endAll(person);
  await proven(world);
});

/**
 * Returns the credits that a job with this body needs. A user without credits requests such a job,
 * and the error contains this number.
 */
async function priceOf(body: object): Promise<Decimal> {
  const { as } = await signUp(world);
  const refusal = refused(await post(world, "jobs", as, body), 402, "insufficient_credits");
  return new Decimal(z.object({ required: z.string() }).parse(refusal.details).required);
}

Deno.test("T1: of 10 jobs at once with credits for 5, exactly 5 are queued, and 5 refused", async () => {
  const price = await priceOf(BODY);
  const person = await signUp(world);
  const amount = price.times(AFFORDABLE).toFixed();
  const grant = { user_id: person.id, amount, source: "promotional", reason: "test" };
  data(await post(world, "credits/grants", backEnd(world), grant), 201, Grant);
  const answers = await together(MANY, () => post(world, "jobs", person.as, BODY));
  const started = answers.flatMap((answer) => answer.status === 202 ? [answer] : [])
    .map((answer) => data(answer, 202, StartedJob));
  deepEqual(started.map(({ held }) => held), Array(AFFORDABLE).fill(price.toFixed()));
  for (const answer of answers) {
    if (answer.status !== 202) refused(answer, 402, "insufficient_credits");
  }
  const listed = (await jobsOf(person)).map(({ job_id }) => job_id);
  deepEqual(listed.sort(), started.map(({ job_id }) => job_id).sort());
  await endAll(person);
  await proven(world);
});
