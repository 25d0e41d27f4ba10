/**
 * Runs due jobs of `cron.job` as pg_cron would: as the job's user, and never two runs of the same
 * job at once.
 */
import type postgres from "postgres";
import { isDue } from "./schedule.ts";
import { quoteName } from "../postgres/running-server.ts";

interface Job {
  jobid: string;
  schedule: string;
  command: string;
  database: string;
  username: string;
}

export interface Scheduler {
  /** Starts the jobs that are due at `now`; resolves when their runs have ended. */
  tick(now: Date): Promise<void>;
}

const ACTIVE_JOBS = `
  select jobid::text, schedule, command, database, username from cron.job
   where active and database = current_database() order by jobid`;

/**
 * Returns the text that pg_cron stores for a finished run: the tag of its last command, such as "1
 * row" or "INSERT 1".
 */
function outcome(result: unknown): string {
  const sets = Array.isArray((result as unknown[])[0]) ? result as unknown[] : [result];
  const { command, count } = sets.at(-1) as { command?: string | null; count?: number | null };
  return [command, count].filter((part) => part !== undefined && part !== null).join(" ");
}

/** Applies the settings that a new connection of the job's user would have. */
const SETTINGS = `
  select set_config(split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1), false)
    from pg_catalog.pg_roles, unnest(rolconfig) setting where rolname = current_user`;

/**
 * Runs a job in a new connection, as pg_cron does, so that a run's session settings do not affect
 * the next run.
 */
async function execute(open: () => postgres.Sql, job: Job): Promise<string> {
  const session = open();
  try {
    await session.unsafe(`set session authorization ${quoteName(job.username)}; ${SETTINGS}`);
    return outcome(await session.unsafe(job.command));
  } finally {
    await session.end({ timeout: 1 });
  }
}

async function run(sql: postgres.Sql, open: () => postgres.Sql, job: Job): Promise<void> {
  const [row] = await sql<{ runid: string }[]>`
    insert into cron.job_run_details (jobid, database, username, command, status, start_time)
    values (${job.jobid}, ${job.database}, ${job.username}, ${job.command}, 'running', clock_timestamp())
    returning runid::text`;
  const end = (status: string, message: string) =>
    sql`update cron.job_run_details
           set status = ${status}, return_message = ${message}, end_time = clock_timestamp()
         where runid = ${row?.runid ?? null}`;
  try {
    await end("succeeded", await execute(open, job));
  } catch (error) {
    await end("failed", `ERROR:  ${(error as Error).message}`);
  }
}

/**
 * `sql` reads jobs and stores results; `open` makes a client with one superuser connection for a
 * run.
 */
export function createScheduler(sql: postgres.Sql, open: () => postgres.Sql): Scheduler {
  /**
   * The time up to which each job has been checked. The map's key contains the job's schedule, so
   * that a changed schedule is checked only from the time of the change.
   */
  const seen = new Map<string, Date>();
  const running = new Set<string>();

  function take(job: Job, now: Date): boolean {
    const key = `${job.jobid} ${job.schedule}`;
    const since = seen.get(key);
    if (since === undefined) seen.set(key, now);
    if (since === undefined || running.has(job.jobid)) return false;
    if (!isReadableAndDue(job.schedule, since, now)) return false;
    seen.set(key, now);
    return true;
  }

  return {
    async tick(now) {
      const [there] = await sql`select to_regclass('cron.job') is not null as there`;
      if (!there?.there) return;
      const jobs = await sql.unsafe<Job[]>(ACTIVE_JOBS);
      await Promise.all(
        jobs.filter((job) => take(job, now)).map(async (job) => {
          running.add(job.jobid);
          await run(sql, open, job).finally(() => running.delete(job.jobid));
        }),
      );
    },
  };
}

/**
 * Returns whether a job is due. Returns false for an invalid schedule, which must not stop the
 * other jobs: `cron.schedule` checks schedules, but a direct insert into cron.job does not.
 */
function isReadableAndDue(schedule: string, since: Date, now: Date): boolean {
  try {
    return isDue(schedule, since, now);
  } catch {
    return false;
  }
}
