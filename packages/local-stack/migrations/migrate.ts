/** Applies migrations and seeds, and records them in the tables that the Supabase CLI uses. */
import { createHash } from "node:crypto";
import { relative } from "node:path";
import type postgres from "postgres";
import { StackError } from "../core/stack-error.ts";
import { type Migration, readMigrations } from "./migration-files.ts";

/**
 * The tables have the columns of Supabase CLI 3.1.0, because the CLI also reads them and adds rows.
 */
const HISTORY = `
  create schema if not exists supabase_migrations;
  create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
  alter table supabase_migrations.schema_migrations add column if not exists statements text[];
  alter table supabase_migrations.schema_migrations add column if not exists name text;
  create table if not exists supabase_migrations.seed_files (
    path text not null primary key, hash text not null
  );`;

interface Recorded {
  version: string;
  name: string | null;
  statements: string[] | null;
}

/**
 * Returns the migrations that the database lacks.
 * @throws StackError if an applied migration was edited or removed, or if a new one sorts before an
 * applied one: the database then does not match the files
 */
export function planMigrations(files: Migration[], recorded: Recorded[]): Migration[] {
  for (const row of recorded) {
    const file = files.find((candidate) => candidate.version === row.version);
    const title = `${row.version}_${row.name ?? ""}.sql`;
    if (!file) throw outdated(`migration ${title} has been applied, but its file is missing`);
    const same = JSON.stringify(row.statements ?? []) === JSON.stringify(file.statements);
    if (!same) throw outdated(`migration ${file.file} was edited after it had been applied`);
  }
  const known = new Set(recorded.map((row) => row.version));
  const left = files.filter((file) => !known.has(file.version));
  const last = recorded.map((row) => row.version).sort().at(-1) ?? "";
  const early = left.find((file) => file.version < last);
  if (early) throw outdated(`migration ${early.file} comes before ${last}, which has been applied`);
  return left;
}

function outdated(what: string): StackError {
  return new StackError(
    `The database does not match the migration files: ${what}. ` +
      "Run `deno task reset`, which deletes its data.",
  );
}

async function apply(sql: postgres.Sql, migration: Migration): Promise<void> {
  try {
    await sql.begin(async (transaction) => {
      await transaction.unsafe(migration.text);
      await transaction`insert into supabase_migrations.schema_migrations ${
        transaction({
          version: migration.version,
          name: migration.name,
          statements: migration.statements,
        })
      }`;
    });
  } catch (error) {
    const why = describe(error, migration.text);
    throw new StackError(`Migration ${migration.file} failed: ${why}`, { cause: error });
  }
}

/** Returns the server's message with the line of the migration where the error is. */
export function describe(error: unknown, text: string): string {
  const { message, position, hint } = error as {
    message: string;
    position?: string;
    hint?: string;
  };
  const at = position === undefined ? "" : ` (line ${lineOf(text, Number(position))})`;
  return `${message}${at}${hint ? `. ${hint}` : ""}`;
}

function lineOf(text: string, position: number): number {
  return text.slice(0, position - 1).split("\n").length;
}

/**
 * Applies the migrations of `directory` that the database lacks; returns the names of their files.
 */
export async function migrate(sql: postgres.Sql, directory: string): Promise<string[]> {
  return await applyMissing(sql, await readMigrations(directory));
}

/**
 * Applies those of the given migrations that the database lacks. The list must start with the first
 * migration, but may omit the last ones.
 */
export async function applyMissing(sql: postgres.Sql, migrations: Migration[]): Promise<string[]> {
  await sql.unsafe(HISTORY);
  const recorded = await sql<Recorded[]>`
    select version, name, statements from supabase_migrations.schema_migrations order by version`;
  const left = planMigrations(migrations, recorded);
  for (const migration of left) await apply(sql, migration);
  return left.map((migration) => migration.file);
}

/**
 * Runs a seed file once. If the file has changed since, the CLI 3.1.0 only records the new hash.
 * The stack does not run it again either, so that a developer sees no rows that a Supabase project
 * would lack.
 */
export async function seed(
  sql: postgres.Sql,
  file: string,
  root: string,
): Promise<"none" | "seeded" | "changed"> {
  const text = await Deno.readTextFile(file).catch(() => undefined);
  if (text === undefined) return "none";
  const path = relative(root, file);
  const hash = createHash("sha256").update(text).digest("hex");
  const [known] = await sql<{ hash: string }[]>`
    select hash from supabase_migrations.seed_files where path = ${path}`;
  if (known?.hash === hash) return "none";
  try {
    await sql.begin(async (transaction) => {
      if (!known) await transaction.unsafe(text);
      await transaction`
        insert into supabase_migrations.seed_files ${transaction({ path, hash })}
        on conflict (path) do update set hash = excluded.hash`;
    });
  } catch (error) {
    throw new StackError(`Seed ${path} failed: ${describe(error, text)}`);
  }
  return known ? "changed" : "seeded";
}
