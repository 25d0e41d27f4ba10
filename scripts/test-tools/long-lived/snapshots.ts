/**
 * Makes databases on the long-lived server. Each name contains a hash of everything that the
 * database is made from, so a name always means the same content, and a changed migration gives a
 * different name. There is a snapshot after each migration. If only a function has changed, a run
 * starts from the snapshot before that function's migration, and need not make the tables again.
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
  /** Changes a copy of the previous snapshot into this one. */
  fill(sql: postgres.Sql): Promise<unknown>;
}

/**
 * Returns the snapshots that lead to the complete project, in order. The first one starts from an
 * empty database. The name of the last snapshot also depends on the hour, because the scheduled
 * tasks have run in it at the real time.
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
 * Returns the name of a database with the migrations, the seed and pgTAP, in which the scheduled
 * tasks have run. Clone this database, and never change it.
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
 * Passes a database with these migrations to `use`, and drops it afterwards. The database is made
 * from the latest existing snapshot whose migrations are the beginning of this list.
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
  // The last two steps of the plan are enough: the first of them applies all missing migrations,
  // and the other adds the seed.
  for (const { fill } of plan.slice(-2)) await fill(sql);
}

/**
 * Drops the databases that interrupted runs have left, and all snapshots except those of these
 * migrations.
 */
export async function dropOthers(
  server: Databases,
  made: string,
  migrations: Migration[],
): Promise<void> {
  const needed = new Set((await planSnapshots(made, migrations)).map(({ name }) => name));
  const others = (await namesOf(server)).filter((name) => /^(snapshot|draft|pgtap)_/.test(name));
  for (const name of others) if (!needed.has(name)) await server.dropDatabase(name);
}
