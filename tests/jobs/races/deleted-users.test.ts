/**
 * Deleting a user deletes the user's jobs, in an order that the database chooses. A runner may write to
 * several of these jobs at the same moment, and this must not cause a deadlock.
 */
import { deepEqual } from "node:assert/strict";
import type { ReservedSql } from "postgres";
import { proven } from "../../support/project/database.ts";
import { type Queue, withQueue } from "../../support/work/job-queue.ts";
import { until } from "../../support/project/until.ts";
import { readWorld } from "../../support/project/world.ts";

const world = readWorld();

interface Claimed {
  readonly job_id: string;
  readonly token: number;
}

/**
 * Creates three jobs of a new user and leases them. Then writes a checkpoint of the first job: this
 * moves the job's row behind the other two in the table.
 */
async function leaseThree({ name, sql }: Queue, runner: string) {
  const userId = crypto.randomUUID();
  await sql`insert into auth.users (id) values (${userId})`;
  const type = `${name}_ledger_export`;
  for (let nr = 0; nr < 3; nr++) {
    await sql`select farthing_public.jobs_create(${userId}, ${type}, '{}')`;
  }
  const [row] = await sql`
    select farthing_public.jobs_claim(${runner}, ${sql.json([type])}, 3, 600) -> 'jobs' as jobs`;
  const jobs: Claimed[] = row?.jobs;
  const { job_id, token } = jobs[0]!;
  await sql`select farthing_public.jobs_checkpoint(${job_id}, ${token}, 'one', 60)`;
  return { userId, jobs };
}

async function waits({ sql }: Queue, who: ReservedSql<Record<string, never>>, pid: number) {
  await until(`${pid} waits for a lock`, async () => {
    const [row] = await sql`select cardinality(pg_blocking_pids(${pid})) > 0 as "isWaiting"`;
    return row?.isWaiting ? who : undefined;
  });
}

async function connect({ sql }: Queue) {
  const connection = await sql.reserve();
  const [row] = await connection`select pg_backend_pid() as pid`;
  return { connection, pid: Number(row?.pid) };
}

type Writes = (
  sql: ReservedSql<Record<string, never>>,
  runner: string,
  jobs: Claimed[],
) => PromiseLike<unknown>;

const WRITES: Record<string, Writes> = {
  "keeps its leases": (sql, runner) => sql`select farthing_public.jobs_heartbeat(${runner}, 600)`,
  "completes them": (sql, runner, jobs) =>
    sql`select farthing_public.jobs_complete(${runner}, ${
      sql.json(jobs.map(({ job_id, token }) => ({ job_id, token })))
    })`,
};

for (const [what, write] of Object.entries(WRITES)) {
  Deno.test(`T9: deleting a user while the runner of their jobs ${what} does not deadlock`, async () => {
    await withQueue(world, async (queue) => {
      const runner = crypto.randomUUID();
      const { userId, jobs } = await leaseThree(queue, runner);
      const [lock, writer, leaver] = [
        await connect(queue),
        await connect(queue),
        await connect(queue),
      ];
      await lock.connection`begin`;
      await lock.connection`
        select from farthing.jobs where job_id = ${jobs[0]!.job_id} for no key update`;
      const written = Promise.resolve(write(writer.connection, runner, jobs));
      await waits(queue, writer.connection, writer.pid);
      const left = Promise.resolve(leaver.connection`delete from auth.users where id = ${userId}`);
      await waits(queue, leaver.connection, leaver.pid);
      await lock.connection`commit`;
      const ends = await Promise.allSettled([written, left]);
      deepEqual(ends.map(({ status }) => status), ["fulfilled", "fulfilled"]);
      for (const { connection } of [lock, writer, leaver]) connection.release();
      deepEqual(await queue.jobs(), []);
    });
    await proven(world);
  });
}
