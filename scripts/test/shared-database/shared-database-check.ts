/**
 * Checks the two conditions under which pgTAP files can share a database and a session. A file that
 * commits a change must be detected. And a file must see nothing that the previous file has left in
 * the session.
 */
import assert from "node:assert/strict";
import { relative } from "node:path";
import { ROOT } from "../../command/root.ts";
import type { Project } from "../../test-tools/long-lived/project.ts";
import { FOLDER } from "../../test-tools/pgtap-files.ts";
import { type OpenPgtap, openPgtapSession } from "../../test-tools/pgtap-session.ts";
import { databaseFor, runInOneDatabase } from "./shared-database.ts";

/** Runs a single statement as if it were a test file. */
const openStatements: OpenPgtap = (server, database) => {
  const sql = server.connectAsAdmin(database, { max: 1 });
  return Promise.resolve({
    async run(statement) {
      await sql.unsafe(statement);
      return { name: statement, passed: 1, failures: [], ignored: 0, ms: 0 };
    },
    end: () => sql.end(),
  });
};

const INSERT = "insert into auth.users (id) values ('00000000-0000-4000-8000-000000000001')";
const CREATE = "create function public.more() returns int language sql as 'select 1'";

const COMMITTED = [
  INSERT,
  // This insert runs on a new copy of the database, because the previous insert was committed. In
  // the same copy, the row of this insert would be a duplicate.
  INSERT,
  "update farthing.tasks set every = every where task = 'seal'",
  "delete from farthing.tasks where task = 'seal'",
  CREATE,
  "alter table farthing.lots disable trigger user",
  "drop table farthing.metrics cascade",
];

const ROLLED_BACK = [`begin; ${INSERT}; rollback`, `begin; ${CREATE}; rollback`, "select 1"];

/** Stands for a database that another test run may make or drop at any time. */
const OTHER = databaseFor("other");
const OF_OTHER_RUNS = [`create database ${OTHER}`, `drop database ${OTHER}`];

/**
 * @throws if a committed change is not detected, or if a rolled back change or a change of another
 *   run is reported
 */
export async function assertCommitsAreFound(project: Project): Promise<void> {
  const statements = [...COMMITTED, ...ROLLED_BACK, ...OF_OTHER_RUNS];
  const rows = await runInOneDatabase(project, statements, openStatements);
  const found = rows.filter(({ failures }) => failures.length > 0).map(({ name }) => name);
  assert.deepEqual(found, COMMITTED);
}

/**
 * A test file that leaves four things in the session: a setting, a temporary table, a lock and an
 * open transaction.
 */
const LEAVES = `
  set application_name = 'left';
  select pg_advisory_lock(1);
  create temp table left_behind as select 1;
  begin;
  select plan(1);
  select pass('the file leaves four things');`;

const SEES = `
  begin;
  select plan(3);
  select isnt(current_setting('application_name'), 'left', 'no setting is left');
  select hasnt_table('left_behind', 'no temporary table is left');
  select is_empty($$ select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() $$,
    'no lock is left');
  rollback;`;

/** @throws Error if a test file still sees what the previous test file has left in the session */
export async function assertSessionsAreReset({ server, template }: Project): Promise<void> {
  const database = databaseFor("reset");
  const folder = await Deno.makeTempDir();
  await server.createDatabase(database, { template });
  const session = await openPgtapSession(server, database);
  try {
    for (const text of [LEAVES, SEES]) {
      const path = `${folder}/file.test.sql`;
      await Deno.writeTextFile(path, text);
      const { failures, passed } = await session.run(relative(`${ROOT}${FOLDER}`, path));
      assert.deepEqual([failures, passed], [[], text === LEAVES ? 1 : 3]);
    }
  } finally {
    await session.end();
    await server.dropDatabase(database);
    await Deno.remove(folder, { recursive: true });
  }
}
