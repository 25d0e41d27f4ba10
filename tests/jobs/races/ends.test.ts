/**
 * All events that can end a job happen at the same moment. One of them ends the job, and the finished steps
 * are paid for.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { Decimal } from "decimal.js";
import { proven } from "../../support/project/database.ts";
import { type Queue, withQueue } from "../../support/work/job-queue.ts";
import { signUpWith } from "../../support/project/people.ts";
import { repeatRolledBack } from "../../support/project/repeat-call.ts";
import { balanceOf } from "../../support/money/purchases.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();
const ROUNDS = 50;
const CREDITS = 1_000;
const EVENT = { model: "gpt-4o", input_tokens: 10, output_tokens: 0 };
const PRICE = "0.2";
const RUNNER = crypto.randomUUID();

/** A job whose lease has expired, so that the scheduled task requeues the job. */
interface Leased {
  readonly id: string;
  readonly token: number;
  readonly userId: string;
}

type Action = (queue: Queue, job: Leased) => Promise<string>;

async function lease(queue: Queue, userId: string): Promise<Leased> {
  const events = ["a", "b"].map((event_id) => ({ ...EVENT, event_id }));
  const id = await queue.add("usage_backfill", userId, { events });
  const types = [`${queue.name}_usage_backfill`];
  const [row] = await queue.sql`
    select farthing_public.jobs_claim(${RUNNER}, ${
    queue.sql.json(types)
  }, 1, 0) #>> '{jobs,0,token}' as token`;
  return { id, token: Number(row?.token), userId };
}

/**
 * Returns the answer of a call, or the code of a documented refusal.
 * @throws any other error, which an endpoint would answer with a 500
 */
async function ask(call: () => PromiseLike<{ answer?: string }[]>): Promise<string> {
  try {
    return (await repeatRolledBack(call))[0]?.answer ?? "";
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code !== "PGRST") throw error;
    return JSON.parse(message).code;
  }
}

const checkpoint: Action = ({ sql }, { id, token }) =>
  ask(() =>
    sql`
    select farthing_public.jobs_checkpoint(${id}, ${token}, 'one', p_usage => ${sql.json([EVENT])},
      p_lease_seconds => 0) ->> 'status' as answer`
  );
const complete: Action = ({ sql }, { id, token }) =>
  ask(() =>
    sql`
    select farthing_public.jobs_complete(${RUNNER}, ${
      sql.json([{ job_id: id, token, result: {} }])
    })
      #>> '{jobs,0,status}' as answer`
  );
const fail: Action = ({ sql }, { id, token }) =>
  ask(
    () =>
      sql`select farthing_public.jobs_fail(${id}, ${token}, 'internal', 'no') ->> 'status' as answer`,
  );
const yieldJob: Action = ({ sql }, { id, token }) =>
  ask(() => sql`select farthing_public.jobs_yield(${id}, ${token}) ->> 'status' as answer`);
const cancel: Action = ({ sql }, { id, userId }) =>
  ask(() => sql`select farthing_public.jobs_cancel(${userId}, ${id}) ->> 'status' as answer`);
const endLease: Action = ({ sql }) =>
  ask(() => sql`select farthing.end_job_leases()::text as answer`);
const leave: Action = ({ sql }, { userId }) =>
  ask(() => sql`delete from auth.users where id = ${userId} returning 'left' as answer`);

/** Makes all calls at the same moment. Each round begins with a different call. */
async function race(queue: Queue, job: Leased, round: number, actions: Record<string, Action>) {
  const names = Object.keys(actions);
  const from = round % names.length;
  const order = [...names.slice(from), ...names.slice(0, from)];
  const answers = await Promise.all(
    order.map(async (name) => [name, await actions[name]!(queue, job)] as const),
  );
  return Object.fromEntries(answers);
}

/** Creates a user by SQL. A sign-up through Auth hashes a password, which takes longer than the race. */
async function userWithCredits({ sql }: Queue): Promise<string> {
  const id = crypto.randomUUID();
  await sql`insert into auth.users (id) values (${id})`;
  await sql`select farthing_public.credits_grant(${id}, '10', 'promotional', p_reason => 'test')`;
  return id;
}

async function statusOf({ sql }: Queue, { id }: Leased): Promise<string> {
  const [row] = await sql`select status from farthing.jobs where job_id = ${id}`;
  return String(row?.status);
}

/**
 * Ends a job that no call has ended: the scheduled task ends the job's lease, and then the job is
 * cancelled.
 */
async function endJob(queue: Queue, job: Leased): Promise<void> {
  await endLease(queue, job);
  if (["queued", "processing"].includes(await statusOf(queue, job))) {
    equal(await cancel(queue, job), "cancelled");
    await endLease(queue, job);
  }
}

const OUTCOMES = {
  checkpoint: ["processing", "cancelled", "lost"],
  again: ["processing", "cancelled", "lost"],
  complete: ["completed", "cancelled", "lost"],
  fail: ["failed", "cancelled", "lost"],
  yieldJob: ["queued", "cancelled", "lost"],
  cancel: ["cancelled", "job_not_cancellable"],
};

for (
  const [what, actions] of Object.entries({
    "cancelled, checkpointed, completed and requeued": { cancel, checkpoint, complete, endLease },
    "cancelled, checkpointed twice, failed, yielded and requeued": {
      ...{ checkpoint, cancel, again: checkpoint, fail, yieldJob, endLease },
    },
  })
) {
  Deno.test(`T9: a job that is ${what} at once ends in one way and pays for its checkpoints`, async () => {
    const { id } = await signUpWith(world, String(CREDITS));
    let paid = new Decimal(0);
    await withQueue(world, async (queue) => {
      for (let round = 0; round < ROUNDS; round++) {
        const job = await lease(queue, id);
        const answers = await race(queue, job, round, actions);
        for (const [name, legal] of Object.entries(OUTCOMES)) {
          if (name in answers) ok(legal.includes(answers[name]!), `${name}: ${answers[name]}`);
        }
        const status = await statusOf(queue, job);
        equal(answers.complete === "completed", status === "completed");
        equal(answers.fail === "failed", status === "failed");
        equal(answers.cancel === "cancelled", status === "cancelled", JSON.stringify(answers));
        await endJob(queue, job);
        const isKept = [answers.checkpoint, answers.again].some((each) =>
          each === "processing" || each === "cancelled"
        );
        const [row] = (await queue.jobs()).slice(-1);
        deepEqual([row?.jobId, row?.credits], [job.id, isKept ? PRICE : "0"]);
        if (isKept) paid = paid.plus(PRICE);
        const { balance, held } = await balanceOf(world, id);
        deepEqual([balance, held], [new Decimal(CREDITS).minus(paid).toFixed(), "0"]);
      }
    });
    await proven(world);
  });
}

Deno.test("deleting a user whose job runs, is cancelled and is requeued at once leaves no hold", async () => {
  await withQueue(world, async (queue) => {
    const { sql } = queue;
    for (let round = 0; round < ROUNDS; round++) {
      const id = await userWithCredits(queue);
      const job = await lease(queue, id);
      const [account] = await sql`select account_id from farthing.accounts where owner_id = ${id}`;
      const actions = { leave, cancel, checkpoint, complete, endLease };
      const answers = await race(queue, job, round, actions);
      equal(answers.leave, "left");
      ok([...OUTCOMES.cancel, "not_found"].includes(answers.cancel!), answers.cancel);
      for (const name of ["checkpoint", "complete"] as const) {
        ok(OUTCOMES[name].includes(answers[name]!), `${name}: ${answers[name]}`);
      }
      equal(await statusOf(queue, job), "undefined");
      const open = await sql`select from farthing.holds
        where account_id = ${account?.account_id} and status = 'open'`;
      equal(open.length, 0);
    }
  });
  await proven(world);
});
