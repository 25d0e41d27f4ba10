/** Checks that a pgTAP file that commits a change is detected, for several kinds of changes. */
import assert from "node:assert/strict";
import type { Project } from "../../test-tools/long-lived/project.ts";
import type { OpenPgtap } from "../../test-tools/pgtap-session.ts";
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
  INSERT, // on a new copy of the database: on the one before, this row would be a duplicate
  "update farthing.tasks set every = every where task = 'seal'",
  "delete from farthing.tasks where task = 'seal'",
  CREATE,
  "alter table farthing.lots disable trigger user",
  "drop table farthing.metrics cascade",
];

const ROLLED_BACK = [`begin; ${INSERT}; rollback`, `begin; ${CREATE}; rollback`, "select 1"];

/** Stands for the database of another test run, which may make or drop it at any time. */
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
