/**
 * A second database on the project's server. A dump is restored into it, and then it is dropped.
 */
import { withSql } from "../shared/database.ts";

/** Why a step that needs the restored database is left out. */
export const NO_DUMP = "there is no dump of this run";

/** PostgreSQL's code for a missing privilege. */
const FORBIDDEN = "42501";

/**
 * Extensions that are not created: a new database has plpgsql, and the copy does not need the
 * others.
 */
const NOT_HERE = ["plpgsql", "pg_cron", "pg_stat_statements"];

export function urlOf(databaseUrl: string, database: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${database}`;
  return url.href;
}

export const nameOf = (run: string): string => `golive_${run.replaceAll("-", "")}`;

export async function drop(databaseUrl: string, name: string): Promise<void> {
  await withSql(databaseUrl, (sql) => sql.unsafe(`drop database if exists ${name} with (force)`));
}

/** Matches the names that `nameOf` makes. No database of the operator has such a name. */
const OURS = "^golive_[0-9a-f]{32}$";

/**
 * Drops the databases that killed runs have not dropped. None may stay on the project's server,
 * because each is a copy of the ledger and of the password hashes.
 */
export async function dropAll(databaseUrl: string): Promise<string[]> {
  const rows = await withSql(databaseUrl, (sql) =>
    sql<{ name: string }[]>`
    select datname as name from pg_database where datname ~ ${OURS}`);
  for (const { name } of rows) await drop(databaseUrl, name);
  return rows.map(({ name }) => name);
}

/** Drops the databases of earlier runs, and makes an empty one with the project's extensions. */
export async function create(databaseUrl: string, name: string): Promise<void> {
  await dropAll(databaseUrl);
  const extensions = await withSql(databaseUrl, async (sql) => {
    await sql.unsafe(`create database ${name} template template0`);
    return await sql<{ name: string; schema: string }[]>`
      select e.extname as name, n.nspname as schema
      from pg_extension e join pg_namespace n on n.oid = e.extnamespace
      where e.extname <> all (${NOT_HERE})`;
  });
  await withSql(urlOf(databaseUrl, name), async (sql) => {
    for (const { name: extension, schema } of extensions) {
      await sql`create schema if not exists ${sql(schema)}`;
      const made = sql`create extension if not exists ${sql(extension)} schema ${sql(schema)}`;
      // Some extensions can't be created by the database's owner: on this machine, for example, the
      // Vault. These extensions are left out.
      await made.catch((error: { code?: string }) => {
        if (error.code !== FORBIDDEN) throw error;
      });
    }
  });
}
