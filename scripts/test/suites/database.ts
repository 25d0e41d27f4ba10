/**
 * The tests of supabase/tests, each file in its own database: the pgTAP stories, by pg_prove where there is
 * one, and those of two sessions.
 */
import assert from "node:assert/strict";
import { type Databases, findSystem, type Flavour } from "@farthing/local-stack/postgres";
import { type Project, withKeptProject } from "../kept/project.ts";
import { PROJECT, withProject } from "../project-database.ts";
import { lackingPgProve } from "../pg-prove.ts";
import { runSessions, sessionFiles } from "../sessions.ts";
import { FOLDER, proveStory, runStory, storyFiles } from "../stories.ts";
import { checked, filesNamed, type Row, type Suite, type SuiteResult } from "../suite.ts";
import { functionsThatWriteAll } from "../writes-without-where.ts";

type Run = (server: Databases, database: string, file: string) => Promise<Row>;

/** The process's id keeps runs on one server apart. */
async function inItsOwnDatabase({ server, template }: Project, file: string, run: Run) {
  const database = `story_${Deno.pid}_${file.replace(/\W/g, "_")}`;
  await server.createDatabase(database, { template });
  try {
    return await run(server, database, file);
  } finally {
    await server.dropDatabase(database);
  }
}

const T37 = "T37: no function updates or deletes without WHERE";

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

async function runStories(
  withProject: (use: Use) => Promise<SuiteResult>,
  words: string[],
  sessions: string[] = [],
): Promise<SuiteResult> {
  const files = storyFiles().filter((file) => filesNamed(words, [`${FOLDER}/${file}`])[0]);
  const why = await lackingPgProve();
  const run = why ? runStory : proveStory;
  return await withProject(async (project) => {
    const rows: Row[] = [];
    for (const file of files) rows.push(await inItsOwnDatabase(project, file, run));
    for (const file of sessions) rows.push(await inItsOwnDatabase(project, file, runSessions));
    // One more of the guards, and named as they are.
    if (filesNamed(words, [`${FOLDER}/foundation/catalogue`]).length > 0) {
      rows.push(await checked(T37, () => noFunctionWritesAll(project)));
    }
    return { rows, skipped: why ? [{ what: "pg_prove (the stories ran without it)", why }] : [] };
  });
}

export const database: Suite = {
  name: "database",
  about: "pgTAP stories on the embedded PostgreSQL 17",
  // A few stories begin at once, on a server that is kept; all of them prove more, on one of their own.
  async run(words) {
    // Locks are the same on every version: those of two sessions run here alone.
    const sessions = filesNamed(words, await sessionFiles());
    const onServer = words.length > 0 ? withKeptProject : onItsOwnServer("embedded");
    return await runStories(onServer, words, sessions);
  },
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

/** Stories of what the versions have each in their own way: the catalogue, and the scheduler. */
const DIFFER = ["foundation", "scheduled_tasks", "alerts/tasks"];

export const databaseSystem: Suite = {
  name: "database-system",
  about: "the same stories on this machine's PostgreSQL, with the real pg_cron",
  async run(words, isFull) {
    const why = lacking();
    if (why) return { rows: [], skipped: [{ what: "pgTAP stories", why }] };
    const chosen = isFull ? words : DIFFER;
    const result = await runStories(onItsOwnServer("system"), chosen);
    return { ...result, left: isFull ? [] : [`stories other than ${DIFFER.join(", ")}`] };
  },
};
