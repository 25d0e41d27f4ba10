/**
 * Runs the scheduled tasks with the pg_cron emulator and with the real pg_cron. Tests the database
 * sessions of the runs, the rows of the run history, and failing tasks.
 */
import { waitFor } from "@farthing/command-line";
import assert from "node:assert/strict";
import type postgres from "postgres";
import { isDue } from "./schedule.ts";
import { migrate } from "../migrations/migrate.ts";
import { bootstrap } from "../postgres/bootstrap.ts";
import type { DatabaseServer } from "../postgres/database.ts";
import { findSystem } from "../postgres/find-postgres.ts";
import { withServer } from "../postgres/testing/server.ts";

type Steps = Record<string, (project: Project) => Promise<void>>;

const MIGRATIONS = new URL("../../../supabase/migrations", import.meta.url).pathname;
const MINUTE_MS = 60_000;
const WEEK_MINUTES = 7 * 24 * 60;
const START = Date.parse("2027-01-04T00:00:00Z");

interface Project {
  readonly server: DatabaseServer;
  /** A connection as `postgres`, which is not a superuser here. */
  readonly sql: postgres.Sql;
  readonly admin: postgres.Sql;
}

/**
 * The timeout of two waits: until pg_cron's launcher has loaded the jobs, and until the last
 * migration has begun to wait for the launcher.
 */
const START_MS = 30_000;

/** Waits until pg_cron's launcher has loaded the jobs after `since`, and returns its process id. */
async function launcherPid(admin: postgres.Sql, since: Date): Promise<number> {
  const pid = await waitFor(async () => {
    const [row] = await admin<{ pid: number }[]>`
      select pid from pg_stat_activity
      where backend_type = 'pg_cron launcher' and state = 'idle' and state_change > ${since}`;
    return row?.pid;
  }, START_MS);
  assert.ok(pid, "pg_cron's launcher loads the jobs");
  return pid;
}

/**
 * Stops pg_cron's launcher, and runs the migrations until the last one waits for the launcher. Then
 * lets the launcher continue. While the launcher is stopped, PostgreSQL drops the messages that
 * report changed jobs to it. Up to pg_cron 1.6.7, a launcher that has loaded the jobs before never
 * learns of these changes.
 */
async function migrateUnnoticed(sql: postgres.Sql, admin: postgres.Sql): Promise<void> {
  const [row] = await admin<{ at: Date }[]>`
    select cron.unschedule(cron.schedule('* * * * *', 'select 1')), clock_timestamp() as at`;
  const launcher = await launcherPid(admin, row!.at);
  Deno.kill(launcher, "SIGSTOP");
  const migrated = migrate(sql, MIGRATIONS);
  const waiting = waitFor(async () => {
    const [session] = await admin`select from pg_stat_activity where wait_event = 'PgSleep'`;
    return session;
  }, START_MS);
  try {
    assert.ok(await waiting, "the last migration waits for the launcher");
  } finally {
    Deno.kill(launcher, "SIGCONT");
    await migrated;
  }
}

async function inProject(server: DatabaseServer, use: (project: Project) => Promise<void>) {
  await bootstrap(server);
  const quiet = { onnotice: () => {} };
  const sql = server.connect("postgres", { max: 1, ...quiet });
  const admin = server.connectAsAdmin("postgres", { max: 1, ...quiet });
  try {
    await (server.hasCron ? migrateUnnoticed(sql, admin) : migrate(sql, MIGRATIONS));
    await use({ server, sql, admin });
  } finally {
    await Promise.all([sql.end({ timeout: 1 }), admin.end({ timeout: 1 })]);
  }
}

const runAt = (sql: postgres.Sql, at: number) =>
  sql.unsafe(`call farthing.run_due_tasks('${new Date(at).toISOString()}')`);

/** Does the work of the notification runner in a project that has neither a webhook nor mail. */
const runNotifications = (sql: postgres.Sql, at: number) =>
  sql`
    select farthing_public.notifications_failed((n ->> 'notification_id')::uuid, (n ->> 'lease_id')::uuid,
      'never', 'no_recipient', null, ${new Date(at)})
    from jsonb_array_elements(farthing_public.notifications_claim(p_limit => 100, p_now => ${new Date(
    at,
  )})) n`;

/**
 * Counts the rows of run history that pg_cron writes in a week: one for each minute in which a job
 * is due.
 */
async function cronRuns(sql: postgres.Sql): Promise<number> {
  const jobs = await sql<{ schedule: string }[]>`select schedule from cron.job`;
  let runs = 0;
  for (let minute = 0; minute < WEEK_MINUTES; minute++) {
    const at = new Date(START + minute * MINUTE_MS);
    const before = new Date(at.getTime() - MINUTE_MS);
    runs += jobs.filter(({ schedule }) => isDue(schedule, before, at)).length;
  }
  return runs;
}

async function idlesForAWeek({ sql }: Project): Promise<void> {
  // Run the tasks once at the end of each hour. This one run does all of the hour's work. With a
  // run each minute, the test would take minutes.
  for (let hour = 0; hour < 7 * 24; hour++) {
    const at = START + hour * 60 * MINUTE_MS;
    await runAt(sql, at);
    // Each hour, the tasks queue a notification for the operators' webhook. It contains the head,
    // which is a hash over the ledger and the audit log.
    await runNotifications(sql, at);
  }
  const [row] = await sql`
    select (select count(*) from farthing.task_failures)::int as failures,
      (select count(*) from farthing.tasks where last_run_at is null or failures > 0)::int as behind,
      (select count(*) from farthing.parked_items)::int as parked,
      (select string_agg(summary, ' ') from farthing.incidents) as incidents`;
  assert.deepEqual({ ...row }, { failures: 0, behind: 0, parked: 0, incidents: null });
  const rowsADay = (await cronRuns(sql) + row!.failures) / 7;
  assert.ok(rowsADay <= 1_500, `${rowsADay} rows of run history a day`);
}

async function deletesOldRuns({ sql, admin }: Project): Promise<void> {
  await admin`
    insert into cron.job_run_details (jobid, runid, username, status, start_time, end_time)
    select jobid, -nr, 'postgres', 'succeeded', now(), now() - nr * interval '1 day'
    from cron.job, generate_series(6, 8) nr where jobname = 'farthing'`;
  await admin`
    insert into cron.job_run_details (jobid, runid, username, status, start_time, end_time)
    values (-1, -99, 'postgres', 'succeeded', now(), now() - interval '1 year')`;
  await sql`select farthing.delete_old_runs()`;
  const remaining = await sql<{ runid: string }[]>`
    select d.runid::text from cron.job_run_details d where d.runid < 0 order by d.runid`;
  assert.deepEqual(
    remaining.map(({ runid }) => runid),
    ["-99", "-6"],
    "only runs of the job farthing are deleted",
  );
}

/** Adds a task for one test. The task is due earlier than all others, so it runs first. */
async function addTask(sql: postgres.Sql, name: string, body: string) {
  await sql.unsafe(`create function farthing.${name}(p_now timestamptz) returns int
    language plpgsql set search_path = '' as $$ begin ${body} return 1; end $$`);
  await sql`select farthing.add_task(${name}, '1 minute', p_budget => '1 second')`;
}

async function failsWithoutEffect({ sql }: Project): Promise<void> {
  await addTask(
    sql,
    "note_transaction",
    "perform set_config('test.tx', txid_current()::text, false);",
  );
  await addTask(sql, "raise_error", "raise division_by_zero;");
  const at = START + 8 * 24 * 60 * MINUTE_MS;
  await runAt(sql, at);
  const wrong = await sql<{ task: string; last_error: string }[]>`
    select task, last_error from farthing.tasks where failures > 0 or last_run_at <> ${new Date(
    at,
  )}`;
  assert.deepEqual(wrong.map((row) => ({ ...row })), [{
    task: "raise_error",
    last_error: "22012",
  }]);
  const [own] = await sql`select current_setting('test.tx') <> txid_current()::text as own`;
  assert.equal(own?.own, true, "each task has its own transaction");
  await sql`delete from farthing.tasks where task in ('note_transaction', 'raise_error')`;
}

async function excludesSecondRun({ server, sql }: Project): Promise<void> {
  const another = server.connect("postgres", { max: 1 });
  try {
    await another`select pg_advisory_lock(75, 0)`;
    const [before] = await sql`select ran_at from farthing.task_runner`;
    await runAt(sql, START + 9 * 24 * 60 * MINUTE_MS);
    const [after] = await sql`select ran_at from farthing.task_runner`;
    assert.deepEqual({ ...after }, { ...before }, "the second run does nothing");
  } finally {
    await another.end({ timeout: 1 });
  }
}

async function endsHangingTask({ server, sql }: Project): Promise<void> {
  await addTask(sql, "hang", "perform pg_sleep(3600);");
  const session = server.connect("postgres", { max: 1, onnotice: () => {} });
  const at = START + 10 * 24 * 60 * MINUTE_MS;
  await assert.rejects(runAt(session, at), /CONNECTION_CLOSED|transaction timeout/);
  await session.end({ timeout: 1 });
  await runAt(sql, at + MINUTE_MS);
  const [hung] = await sql`select failures, last_error from farthing.tasks where task = 'hang'`;
  assert.deepEqual({ ...hung }, { failures: 1, last_error: "session_lost" });
  const [rest] = await sql`
    select count(*)::int as late from farthing.tasks where task <> 'hang' and next_due_at <= ${new Date(
    at,
  )}`;
  assert.equal(rest?.late, 0, "the next run executes the tasks that the first run did not begin");
}

/**
 * How long to wait for the end of a run: the next minute begins within 60 s, and a run ends after
 * at most 50 s. The other 70 s are a reserve.
 */
const RUN_DEADLINE_MS = 180_000;

/**
 * Counts pg_cron's sessions until a run ends. The launcher's session does not count. A lock makes
 * the run wait until the test has seen the run's session. Runs that began before the tasks were due
 * are ignored.
 */
async function countsSessions({ server, sql, admin }: Project): Promise<void> {
  let most = 0;
  const look = async () => {
    const [open] = await admin<{ count: number }[]>`
      select count(*)::int from pg_stat_activity
      where (backend_type = 'pg_cron' or application_name like 'pg_cron%')
        and backend_type <> 'pg_cron launcher'`;
    most = Math.max(most, open!.count);
    return most > 0 || undefined;
  };
  const holder = server.connect("postgres", { max: 1 });
  const last = await holder.begin(async (held) => {
    await held`select from farthing.task_runner for update`;
    await held`update farthing.tasks set next_due_at = '-infinity'`;
    const [before] = await admin<{ last: string }[]>`
      select coalesce(max(runid), 0)::text as last from cron.job_run_details`;
    assert.ok(await waitFor(look, RUN_DEADLINE_MS), "pg_cron opens a session");
    return before!.last;
  }).finally(() => holder.end({ timeout: 1 }));
  const run = await waitFor(async () => {
    await look();
    const [ended] = await admin`
      select status, return_message from cron.job_run_details
      where runid > ${last} and status in ('succeeded', 'failed')`;
    return ended;
  }, RUN_DEADLINE_MS);
  assert.deepEqual({ ...run }, { status: "succeeded", return_message: "CALL" });
  assert.ok(most <= 2, `${most} sessions at once`);
  const [row] = await sql`
    select count(*)::int as late from farthing.tasks where last_run_at is null or failures > 0`;
  assert.equal(row?.late, 0, "one run executes all due tasks");
  // The other parts of this test pass their own times to the tasks, so pg_cron must not run the
  // tasks too.
  await sql`select cron.alter_job(jobid, active := false) from cron.job`;
}

const STEPS: Steps = {
  "an idle week writes at most 1,500 rows of run history a day": idlesForAWeek,
  "run history is deleted after a week": deletesOldRuns,
  "T30: a task that raises an error does not affect other tasks": failsWithoutEffect,
  "two runs exclude each other": excludesSecondRun,
};

async function runSteps(test: Deno.TestContext, server: DatabaseServer, steps: Steps) {
  await inProject(server, async (project) => {
    for (const [name, step] of Object.entries(steps)) await test.step(name, () => step(project));
  });
}

Deno.test(
  "scheduled tasks on PostgreSQL 17",
  { sanitizeExit: false },
  (test) =>
    withServer((server) =>
      runSteps(test, server, { ...STEPS, "a task that hangs is ended": endsHangingTask })
    ),
);

Deno.test({
  name: "scheduled tasks on this machine's PostgreSQL, with the real pg_cron",
  ignore: !findSystem()?.hasCron,
  sanitizeExit: false,
  fn: (test) =>
    withServer((server) =>
      runSteps(test, server, {
        "pg_cron opens no more than 2 sessions at once": countsSessions,
        ...STEPS,
      }), "system"),
});
