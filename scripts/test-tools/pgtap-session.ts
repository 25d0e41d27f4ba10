/**
 * Runs pgTAP files, either with this project's own TAP reader, which needs no installation, or with
 * pg_prove. Both connect as `postgres`, as `supabase test db` does.
 */
import type postgres from "postgres";
import { splitStatements } from "@farthing/local-stack/migrations";
import type { Databases } from "@farthing/local-stack/postgres";
import { provePath } from "./pg-prove.ts";
import { FOLDER, readPgtapFile } from "./pgtap-files.ts";
import { RESET_SESSION } from "./reset-session.ts";
import type { Row } from "./suite.ts";
import { readTap } from "./tap.ts";

/** The maximum time of a statement. Without it, a statement could wait for a lock for ever. */
const TIMEOUT_MS = 60_000;

/** Runs pgTAP files one after the other in one database. */
export interface PgtapSession {
  run(file: string): Promise<Row>;
  end(): Promise<void>;
}

/** Opens a session that runs pgTAP files in a database. */
export type OpenPgtap = (server: Databases, database: string) => Promise<PgtapSession>;

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

/**
 * Runs the files in one database session, so that a file reuses the query plans of the functions
 * that earlier files have called.
 */
export async function openPgtapSession(
  server: Databases,
  database: string,
  settings: Record<string, string> = {},
): Promise<PgtapSession> {
  const connection = { statement_timeout: TIMEOUT_MS, ...settings };
  const sql = server.connect(database, { max: 1, connection });
  // Creates the session's schema for temporary tables before the first file. Otherwise each file
  // would create it, and the file's rollback would remove it again. Each new schema invalidates all
  // plans.
  await sql.unsafe("create temp table first (); drop table first");
  return {
    async run(file) {
      const start = performance.now();
      const output = await outputOf(sql, await readPgtapFile(file));
      await sql.unsafe(RESET_SESSION);
      return { name: file, ...readTap(output), ms: performance.now() - start };
    },
    end: () => sql.end(),
  };
}

/** Runs each file with pg_prove, which opens a new session for each file. */
export const openPgProve: OpenPgtap = ({ port }, database) =>
  Promise.resolve({
    async run(file) {
      const proof = { port, database, path: `${FOLDER}/${file}`, timeoutMs: TIMEOUT_MS };
      return { name: file, ...await provePath(proof) };
    },
    end: () => Promise.resolve(),
  });
