/**
 * Makes databases on the long-lived server that are named by a hash of everything they are made
 * from. A name always means the same content, and a changed migration leads to another name. A
 * snapshot after each migration saves making the tables again when only a function changed.
 */
import { createHash } from "node:crypto";
import type postgres from "postgres";
import { applyMissing, type Migration } from "@farthing/local-stack/migrations";
import { bootstrap, type Databases } from "@farthing/local-stack/postgres";
import { furnish } from "../project-database.ts";
import { ROOT } from "../../command/root.ts";

const PREFIX = "snapshot_";

function chained(...parts: string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 20);
}

interface Snapshot {
  name: string;
  /** Turns a copy of the previous snapshot into this one. */
  fill(sql: postgres.Sql): Promise<unknown>;
}

/**
 * Returns the snapshots on the way to the whole project, in order; the first begins with an empty
 * database. The last name contains the hour, because its scheduled tasks ran by the real time.
 */
async function planSnapshots(made: string, migrations: Migration[]): Promise<Snapshot[]> {
  const plan: Snapshot[] = [];
  let hash = made;
  const add = (fill: Snapshot["fill"]) => plan.push({ name: PREFIX + hash, fill });
  for (const [at, { file, text }] of migrations.entries()) {
    hash = chained(hash, file, text);
    add((sql) => applyMissing(sql, migrations.slice(0, at + 1)));
  }
  const seedText = await Deno.readTextFile(`${ROOT}supabase/farthing_seed.sql`);
  hash = chained(hash, seedText, new Date().toISOString().slice(0, 13));
  add(furnish);
  return plan;
}

async function namesOf(server: Databases): Promise<string[]> {
  const sql = server.connectAsAdmin("postgres", { max: 1 });
  try {
    const rows = await sql<{ datname: string }[]>`select datname from pg_database`;
    return rows.map(({ datname }) => datname);
  } finally {
    await sql.end();
  }
}

async function make(
  server: Databases,
  { name, fill }: Snapshot,
  template: string | undefined,
): Promise<void> {
  const draft = `draft_${crypto.randomUUID().replaceAll("-", "")}`;
  await server.createDatabase(draft, template ? { template } : {});
  try {
    if (!template) await bootstrap(server, draft);
    const sql = server.connect(draft, { max: 1 });
    await fill(sql).finally(() => sql.end());
    await server.renameDatabase(draft, name);
  } catch (error) {
    await server.dropDatabase(draft);
    throw error;
  }
}

/**
 * Returns the name of a database with migrations, seed, scheduled tasks and pgTAP. Clone this
 * database, never change it.
 */
export async function snapshotOf(
  server: Databases,
  made: string,
  migrations: Migration[],
): Promise<string> {
  const plan = await planSnapshots(made, migrations);
  const known = new Set(await namesOf(server));
  const from = plan.findLastIndex(({ name }) => known.has(name));
  for (const [at, snapshot] of plan.entries()) {
    if (at > from) await make(server, snapshot, plan[at - 1]?.name);
  }
  return plan.at(-1)!.name;
}

/**
 * Runs `use` with a database of other migrations, made from the last snapshot that both have in
 * common, and drops the database afterwards.
 */
export async function withVariant<T>(
  server: Databases,
  made: string,
  migrations: Migration[],
  use: (database: string) => Promise<T>,
): Promise<T> {
  const plan = await planSnapshots(made, migrations);
  const known = new Set(await namesOf(server));
  const from = plan.findLast(({ name }) => known.has(name))?.name;
  const name = `draft_${crypto.randomUUID().replaceAll("-", "")}`;
  try {
    await make(server, { name, fill: (sql) => fillAll(plan, sql) }, from);
    return await use(name);
  } finally {
    await server.dropDatabase(name);
  }
}

async function fillAll(plan: Snapshot[], sql: postgres.Sql): Promise<void> {
  // The last two steps apply all missing migrations and the seed.
  for (const { fill } of plan.slice(-2)) await fill(sql);
}

/** Drops databases of other snapshots and of interrupted runs. */
export async function dropOthers(
  server: Databases,
  made: string,
  migrations: Migration[],
): Promise<void> {
  const needed = new Set((await planSnapshots(made, migrations)).map(({ name }) => name));
  const others = (await namesOf(server)).filter((name) => /^(snapshot|draft|pgtap)_/.test(name));
  for (const name of others) if (!needed.has(name)) await server.dropDatabase(name);
}
