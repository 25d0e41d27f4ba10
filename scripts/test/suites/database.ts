/** The pgTAP stories of supabase/tests, each file in its own database; by pg_prove where there is one. */
import assert from "node:assert/strict";
import type { DatabaseServer } from "../../stack/postgres/database.ts";
import { findSystem, type Flavour } from "../../stack/postgres/source.ts";
import { PROJECT, withProject } from "../project-database.ts";
import { lackingPgProve } from "../pg-prove.ts";
import { FOLDER, proveStory, runStory, storyFiles } from "../stories.ts";
import { checked, filesUnder, type Row, type Suite, type SuiteResult } from "../suite.ts";
import { functionsThatWriteAll } from "../writes-without-where.ts";

type Run = (server: DatabaseServer, database: string, file: string) => Promise<Row>;

async function inItsOwnDatabase(server: DatabaseServer, file: string, run: Run): Promise<Row> {
  const database = `story_${file.replace(/\W/g, "_")}`;
  await server.createDatabase(database, { template: PROJECT });
  try {
    return await run(server, database, file);
  } finally {
    await server.dropDatabase(database);
  }
}

const T37 = "T37: no function updates or deletes without WHERE";

async function noFunctionWritesAll(server: DatabaseServer): Promise<void> {
  const sql = server.connect(PROJECT, { max: 1 });
  try {
    assert.deepEqual(await functionsThatWriteAll(sql), []);
  } finally {
    await sql.end();
  }
}

async function runStories(flavour: Flavour, paths: string[]): Promise<SuiteResult> {
  const files = (await storyFiles()).filter((file) => filesUnder(paths, [`${FOLDER}/${file}`])[0]);
  const why = await lackingPgProve();
  const run = why ? runStory : proveStory;
  return await withProject(flavour, async (server) => {
    const rows: Row[] = [];
    for (const file of files) rows.push(await inItsOwnDatabase(server, file, run));
    if (paths.length === 0) rows.push(await checked(T37, () => noFunctionWritesAll(server)));
    return { rows, skipped: why ? [{ what: "pg_prove (the stories ran without it)", why }] : [] };
  });
}

export const database: Suite = {
  name: "database",
  about: "pgTAP stories on the embedded PostgreSQL 17",
  run: (paths) => runStories("embedded", paths),
};

/** What Debian's server lacks for the same files; undefined when it has it all. */
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

export const databaseSystem: Suite = {
  name: "database-system",
  about: "the same stories on this machine's PostgreSQL, with the real pg_cron",
  run(paths) {
    const why = lacking();
    if (why) return Promise.resolve({ rows: [], skipped: [{ what: "pgTAP stories", why }] });
    return runStories("system", paths);
  },
};
