/**
 * Runs the tests in supabase/tests. The pgTAP files share one database, and each file must leave it
 * unchanged. A full run uses pg_prove if it is installed. A push uses our own TAP reader, because
 * pg_prove starts two programs for each file. Tests with two database sessions commit changes, so
 * each file of such tests has its own database.
 */
import assert from "node:assert/strict";
import { findSystem, type Flavour } from "@farthing/local-stack/postgres";
import { type Project, withLongLivedProject } from "../../test-tools/long-lived/project.ts";
import { PROJECT, withProject } from "../../test-tools/project-database.ts";
import { lackingPgProve } from "../../test-tools/pg-prove.ts";
import { runSessions, sessionFiles } from "../../test-tools/sessions.ts";
import { databaseFor, runInOneDatabase } from "../shared-database/shared-database.ts";
import {
  assertCommitsAreFound,
  assertSessionsAreReset,
} from "../shared-database/shared-database-check.ts";
import { FOLDER, pgtapFiles } from "../../test-tools/pgtap-files.ts";
import { openPgProve, type OpenPgtap, openPgtapSession } from "../../test-tools/pgtap-session.ts";
import {
  checked,
  filesNamed,
  type Row,
  type Suite,
  type SuiteResult,
} from "../../test-tools/suite.ts";
import { DATABASE } from "./made-of.ts";
import { functionsThatWriteAll } from "../../test-tools/writes-without-where.ts";

async function runInItsOwnDatabase({ server, template }: Project, file: string): Promise<Row> {
  const database = databaseFor(file);
  await server.createDatabase(database, { template });
  try {
    return await runSessions(server, database, file);
  } finally {
    await server.dropDatabase(database);
  }
}

const T37 = "T37: no function updates or deletes without WHERE";

const COMMITS = "a pgTAP file that commits a change is found";
const RESET = "a pgTAP file sees nothing that the one before has left in the session";

async function noFunctionWritesAll({ server, template }: Project): Promise<void> {
  const sql = server.connect(template, { max: 1 });
  try {
    assert.deepEqual(await functionsThatWriteAll(sql), []);
  } finally {
    await sql.end();
  }
}

type Use = (project: Project) => Promise<SuiteResult>;

const onItsOwnServer = (flavour: Flavour) => (use: Use) =>
  withProject(flavour, (server) => use({ server, template: PROJECT }));

const WITHOUT_PG_PROVE = "pg_prove (our own reader ran the files)";

type Reader = { open: OpenPgtap } & Omit<SuiteResult, "rows">;

/**
 * Returns the function that opens a pgTAP session. If pg_prove is not used, also returns an entry
 * for the report: a push leaves pg_prove out, and a full run skips it if it is not installed.
 */
async function readerFor(isFull: boolean): Promise<Reader> {
  if (!isFull) return { open: openPgtapSession, skipped: [], left: [WITHOUT_PG_PROVE] };
  const why = await lackingPgProve();
  if (!why) return { open: openPgProve, skipped: [] };
  return { open: openPgtapSession, skipped: [{ what: WITHOUT_PG_PROVE, why }] };
}

interface Chosen {
  words: string[];
  isFull: boolean;
  sessions?: string[];
}

async function runPgtapFiles(
  withProject: (use: Use) => Promise<SuiteResult>,
  { words, isFull, sessions = [] }: Chosen,
): Promise<SuiteResult> {
  const files = pgtapFiles().filter((file) => filesNamed(words, [`${FOLDER}/${file}`])[0]);
  const { open, ...told } = await readerFor(isFull);
  return await withProject(async (project) => {
    const rows = await runInOneDatabase(project, files, open);
    for (const file of sessions) rows.push(await runInItsOwnDatabase(project, file));
    // These checks read the catalogue, so they run only together with the tests of the catalogue.
    if (filesNamed(words, [`${FOLDER}/foundation/catalogue`]).length > 0) {
      rows.push(await checked(T37, () => noFunctionWritesAll(project)));
      rows.push(await checked(COMMITS, () => assertCommitsAreFound(project)));
      rows.push(await checked(RESET, () => assertSessionsAreReset(project)));
    }
    return { rows, ...told };
  });
}

export const database: Suite = {
  name: "database",
  madeOf: DATABASE,
  about: "pgTAP files and tests of two sessions on the embedded PostgreSQL 17",
  // If the user names files, they run on the long-lived server, which is faster. A complete run
  // starts a new server, so that it does not depend on earlier runs.
  async run(words, isFull) {
    // Locks work in the same way in all versions of PostgreSQL, so the tests that use two database
    // sessions run only in this suite.
    const sessions = filesNamed(words, await sessionFiles());
    const onServer = words.length > 0 ? withLongLivedProject : onItsOwnServer("embedded");
    return await runPgtapFiles(onServer, { words, isFull, sessions });
  },
};

/**
 * Returns a requirement of the pgTAP files that this machine's PostgreSQL does not meet. Returns
 * undefined if it meets all of them.
 */
function lacking(): string | undefined {
  const system = findSystem();
  if (!system) return "PostgreSQL is not installed (Debian: postgresql-15 and what .ci/run names)";
  if (!system.hasCron) return "pg_cron is not installed (Debian: postgresql-15-cron)";
  try {
    Deno.statSync(`${system.share}/extension/pgtap.control`);
  } catch {
    return "pgTAP is not installed (Debian: postgresql-15-pgtap)";
  }
}

/** Tests of the catalogue and of the scheduler. Both differ between versions of PostgreSQL. */
const DIFFER = ["foundation", "policy", "scheduled_tasks", "alerts/tasks"];

export const databaseSystem: Suite = {
  name: "database-system",
  madeOf: DATABASE,
  about: "pgTAP files on this machine's PostgreSQL, with the real pg_cron",
  async run(words, isFull) {
    const why = lacking();
    if (why) return { rows: [], skipped: [{ what: "pgTAP files", why }] };
    const chosen = { words: isFull ? words : DIFFER, isFull };
    const { left = [], ...result } = await runPgtapFiles(onItsOwnServer("system"), chosen);
    return { ...result, left: isFull ? left : [`files other than ${DIFFER.join(", ")}`, ...left] };
  },
};
