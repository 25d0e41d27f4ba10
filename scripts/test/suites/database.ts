/** The pgTAP stories of supabase/tests, each file in a database of its own. */
import type postgres from "postgres";
import { splitStatements } from "../../stack/migrations/split.ts";
import type { DatabaseServer } from "../../stack/postgres/database.ts";
import { findSystem, type Flavour } from "../../stack/postgres/source.ts";
import { PROJECT, withProject } from "../project-database.ts";
import { ROOT, type Row, type Suite, type SuiteResult } from "../suite.ts";
import { readTap } from "../tap.ts";

const FOLDER = "supabase/tests";
/** As on Supabase, so that stories name pgTAP's functions without their schema. */
const SEARCH_PATH = '"$user", public, extensions';
/** A story that waits for a lock that nobody gives back ends here and says so. */
const STATEMENT_TIMEOUT_MS = 60_000;

async function storyFiles(): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(`${ROOT}${FOLDER}`), ({ name }) => name).catch(
    () => [],
  );
  return names.filter((name) => name.endsWith(".test.sql")).sort();
}

/** One statement after the other, as psql would; the first error ends the file. */
async function outputOf(sql: postgres.Sql, text: string): Promise<string> {
  const lines: string[] = [];
  for (const statement of splitStatements(text)) {
    try {
      const rows = await sql.unsafe(statement);
      lines.push(
        ...rows.flatMap((row) => Object.values(row)).filter((cell) => typeof cell === "string"),
      );
    } catch (error) {
      const { message, code, where } = error as { message: string; code?: string; where?: string };
      const at = statement.split("\n").find((line) => !/^\s*(--|$)/.test(line));
      lines.push("not ok - the file runs to its end", `# ${code ?? ""} ${message}`, `# in: ${at}`);
      if (where) lines.push(...where.split("\n").map((line) => `# ${line}`));
      break;
    }
  }
  return lines.join("\n");
}

async function runStory(server: DatabaseServer, file: string): Promise<Row> {
  const start = performance.now();
  const database = `story_${file.replace(/\W/g, "_")}`;
  await server.createDatabase(database, { template: PROJECT });
  const connection = { search_path: SEARCH_PATH, statement_timeout: STATEMENT_TIMEOUT_MS };
  const sql = server.connect(database, { max: 1, connection });
  try {
    const text = await Deno.readTextFile(`${ROOT}${FOLDER}/${file}`);
    return { name: file, ...readTap(await outputOf(sql, text)), ms: performance.now() - start };
  } finally {
    await sql.end();
    await server.dropDatabase(database);
  }
}

async function runStories(flavour: Flavour): Promise<SuiteResult> {
  const files = await storyFiles();
  return await withProject(flavour, async (server) => {
    const rows: Row[] = [];
    for (const file of files) rows.push(await runStory(server, file));
    return { rows, skipped: [] };
  });
}

export const database: Suite = {
  name: "database",
  about: "pgTAP stories on the embedded PostgreSQL 17",
  run: () => runStories("embedded"),
};

/** What Debian's server lacks for the same files; undefined when it has it all. */
function lacking(): string | undefined {
  const system = findSystem();
  if (!system) {
    return "PostgreSQL is not installed: apt install postgresql-15 and the packages of .ci/run";
  }
  if (!system.hasCron) return "pg_cron is not installed: apt install postgresql-15-cron";
  try {
    Deno.statSync(`${system.share}/extension/pgtap.control`);
  } catch {
    return "pgTAP is not installed: apt install postgresql-15-pgtap";
  }
}

export const databaseSystem: Suite = {
  name: "database-system",
  about: "the same stories on this machine's PostgreSQL, with the real pg_cron",
  run() {
    const why = lacking();
    if (why) return Promise.resolve({ rows: [], skipped: [{ what: "pgTAP stories", why }] });
    return runStories("system");
  },
};
