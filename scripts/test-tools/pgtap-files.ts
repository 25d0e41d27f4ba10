/**
 * Finds the pgTAP files in supabase/tests and runs them, either with pg_prove or with this
 * project's own TAP reader, which needs no installation. Both connect as `postgres`, as `supabase
 * test db` does.
 */
import { globSync } from "node:fs";
import { join } from "node:path";
import type postgres from "postgres";
import { splitStatements } from "@farthing/local-stack/migrations";
import type { Databases } from "@farthing/local-stack/postgres";
import { provePath } from "./pg-prove.ts";
import type { Row } from "./suite.ts";
import { ROOT } from "../command/root.ts";
import { readTap } from "./tap.ts";

/** The folder of the files, relative to the repository's root. */
export const FOLDER = "supabase/tests";

/** A file that waits for ever for a lock fails after this time. */
const TIMEOUT_MS = 60_000;

/**
 * Returns the text of a file. As in psql, each line `\ir file` is replaced by the content of the
 * file that it names.
 */
async function readPgtapFile(file: string): Promise<string> {
  const path = `${ROOT}${FOLDER}/${file}`;
  const text = await Deno.readTextFile(path);
  const included = [...text.matchAll(/^\\ir (\S+)$/gm)].map((match) => match[1]!);
  const helpers = await Promise.all(
    included.map((helper) => Deno.readTextFile(join(path, "..", helper))),
  );
  return text.replace(/^\\ir \S+$/gm, () => helpers.shift()!);
}

/** Returns the files as `<subject>/<what>.test.sql`, grouped by subject like the schema files. */
export const pgtapFiles = (): string[] =>
  globSync("*/*.test.sql", { cwd: `${ROOT}${FOLDER}` }).sort();

/** Replaces psql's `\gset`: the columns of the statement's first row are stored in variables. */
const GSET = "/* gset */";

/** Replaces `:'name'` by the value of the variable, as psql does. */
function withVariables(text: string, variables: Map<string, string>): string {
  return text.replace(/:'(\w+)'/g, (written, name) => {
    const value = variables.get(name);
    return value === undefined ? written : `'${value.replaceAll("'", "''")}'`;
  });
}

/**
 * Runs the statements one after the other, and returns a line for each row, as psql prints it.
 * Stops at the first error.
 */
async function outputOf(sql: postgres.Sql, text: string): Promise<string> {
  const lines: string[] = [];
  const variables = new Map<string, string>();
  for (const part of splitStatements(text.replace(/ \\gset$/gm, ` ${GSET};`))) {
    const statement = withVariables(part, variables);
    try {
      if (statement.endsWith(GSET)) {
        const [row = {}] = await sql.unsafe(statement);
        for (const [name, value] of Object.entries(row)) variables.set(name, String(value));
        continue;
      }
      const rows = await sql.unsafe(statement).values();
      lines.push(...rows.map((cells) => cells.map((cell) => cell ?? "").join("|")));
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

/** Runs one file in a database, and reads its output with this project's own TAP reader. */
export async function runPgtapFile(
  server: Databases,
  database: string,
  file: string,
  settings: Record<string, string> = {},
): Promise<Row> {
  const start = performance.now();
  const connection = { statement_timeout: TIMEOUT_MS, ...settings };
  const sql = server.connect(database, { max: 1, connection });
  try {
    const text = await readPgtapFile(file);
    return { name: file, ...readTap(await outputOf(sql, text)), ms: performance.now() - start };
  } finally {
    await sql.end();
  }
}

/** Runs one file in a database with pg_prove. */
export async function provePgtapFile(
  server: Databases,
  database: string,
  file: string,
): Promise<Row> {
  const proof = { port: server.port, database, path: `${FOLDER}/${file}`, timeoutMs: TIMEOUT_MS };
  return { name: file, ...await provePath(proof) };
}
