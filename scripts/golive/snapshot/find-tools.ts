/** Finds pg_dump and psql in a version that can dump the project's server. */
import { findSystem } from "@farthing/local-stack/postgres";
import type { Project } from "../command/project.ts";
import { withSql } from "../shared/database.ts";

export interface Tools {
  readonly pgDump: string;
  readonly psql: string;
  readonly version: number;
}

async function versionOf(program: string): Promise<number | undefined> {
  try {
    const { stdout } = await new Deno.Command(program, { args: ["--version"] }).output();
    return Number(/(\d+)(\.\d+)?/.exec(new TextDecoder().decode(stdout))?.[1]);
  } catch {
    return undefined;
  }
}

/**
 * Returns the tools. pg_dump refuses a server newer than itself. If no version fits, returns a text
 * that says why and what to do.
 */
export async function findPgDump({ databaseUrl }: Project): Promise<Tools | string> {
  if (databaseUrl === undefined) return "a dump needs SUPABASE_DB_URL, which is not set";
  const server = await withSql(databaseUrl, async (sql) => {
    const [row] = await sql<{ major: number }[]>`
      select current_setting('server_version_num')::int / 10000 as major`;
    return row?.major ?? 0;
  });
  const system = findSystem()?.bin;
  const folders = ["", ...(system === undefined ? [] : [`${system}/`])];
  const known: number[] = [];
  for (const folder of folders) {
    const [pgDump, psql] = [`${folder}pg_dump`, `${folder}psql`];
    const version = await versionOf(pgDump);
    if (version === undefined) continue;
    known.push(version);
    if (version >= server) return { pgDump, psql, version };
  }
  const has = known.length === 0
    ? "there is no pg_dump"
    : `pg_dump ${Math.max(...known)} is too old`;
  return `${has} for PostgreSQL ${server}: install the package postgresql-client-${server}, or on ` +
    "this machine start the stack with --postgres system";
}
