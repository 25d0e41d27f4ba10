/**
 * Databases of the kept server that are named by a hash of all they are made from: what a name once held
 * is right for ever, and a change of a migration asks for another name. After each migration one is kept, so
 * that a change of a function does not make the tables again.
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
  /** Makes it of the one before. */
  fill(sql: postgres.Sql): Promise<unknown>;
}

/**
 * The snapshots on the way to the whole project, in their order; the first begins with an empty database.
 * The last is an hour old at most: its scheduled tasks ran by the real time.
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

/** A database with migrations, seed, scheduled tasks and pgTAP, to be cloned and never changed. */
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
 * Hands over a database of other migrations, begun from the last snapshot that they share with those that
 * are known; gone afterwards.
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
  for (const { fill } of plan.slice(-2)) await fill(sql); // all migrations that are missing, and what follows
}

/** Drops every database but these snapshots' own: older ones, and what broken-off runs left. */
export async function dropOthers(
  server: Databases,
  made: string,
  migrations: Migration[],
): Promise<void> {
  const kept = new Set((await planSnapshots(made, migrations)).map(({ name }) => name));
  const others = (await namesOf(server)).filter((name) => /^(snapshot|draft|story)_/.test(name));
  for (const name of others) if (!kept.has(name)) await server.dropDatabase(name);
}
