/** Starts a PostgreSQL server for tests, with a database in the state after `supabase db push`. */
import type postgres from "postgres";
import { migrate, seed } from "@farthing/local-stack/migrations";
import {
  bootstrap,
  type Databases,
  type DatabaseServer,
  type Flavour,
} from "@farthing/local-stack/postgres";
import { startOnFreePort } from "@farthing/local-stack/testing";
import { withCleanup } from "@farthing/command-line";
import { installPgtap } from "./pgtap.ts";
import { makeServerFolder } from "./server-folder.ts";
import { ROOT } from "../command/root.ts";

/** The name of the migrated database. Tests run in clones of it. */
export const PROJECT = "project";

export const MIGRATIONS = `${ROOT}supabase/migrations`;

/**
 * Settings without protection from power failures. Tests do not need this protection, and flushing
 * to disk would take half of their time.
 */
export const FAST = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/** Creates the database of a new project, without migrations. */
async function begin(server: Databases): Promise<void> {
  await server.createDatabase(PROJECT);
  await bootstrap(server, PROJECT);
}

/**
 * Runs each pg_cron job once, at the real time. In every test, the jobs have then already run, as
 * in a database in use. Otherwise a test's result could depend on whether a job has run yet.
 */
async function runJobs(sql: postgres.Sql): Promise<void> {
  const jobs = await sql<{ command: string }[]>`select command from cron.job order by jobid`;
  for (const { command } of jobs) await sql.unsafe(command);
}

/**
 * Does what comes after the migrations: loads the seed, runs each pg_cron job once, installs pgTAP
 * and creates the schema of the tests' helpers.
 */
export async function furnish(sql: postgres.Sql): Promise<void> {
  await seed(sql, `${ROOT}supabase/farthing_seed.sql`, ROOT);
  await runJobs(sql);
  await installPgtap(sql);
  await sql`create schema tests`;
  await sql`grant usage on schema tests to public`;
}

async function fill(server: Databases): Promise<void> {
  await begin(server);
  const sql = server.connect(PROJECT, { max: 1 });
  try {
    await migrate(sql, MIGRATIONS);
    await furnish(sql);
  } finally {
    await sql.end();
  }
}

/**
 * Calls `use` with a server that has the migrated database, and removes the server afterwards.
 * PostgreSQL cannot clone a database while the real pg_cron is connected to it, so the server is
 * restarted after the migrations. After that, pg_cron is not connected.
 * @param settings server settings in addition to FAST
 */
export function withProject<T>(
  flavour: Flavour,
  use: (server: DatabaseServer) => Promise<T>,
  settings: Record<string, string> = {},
): Promise<T> {
  return withServer(flavour, fill, use, true, settings);
}

/** Calls `use` with a server whose project has no migrations. A real pg_cron stays connected. */
export function withNewProject<T>(
  use: (server: DatabaseServer) => Promise<T>,
  flavour: Flavour = "embedded",
): Promise<T> {
  return withServer(flavour, begin, use, false);
}

async function withServer<T>(
  flavour: Flavour,
  prepare: (server: DatabaseServer) => Promise<void>,
  use: (server: DatabaseServer) => Promise<T>,
  isCloned: boolean,
  others: Record<string, string> = {},
): Promise<T> {
  const dataDir = await makeServerFolder("test-");
  const options = { dataDir, flavour };
  const settings = { ...FAST, ...others };
  const cron = flavour === "system" ? { "cron.database_name": PROJECT } : {};
  let server: DatabaseServer | undefined;
  const cleanup = async () => {
    await server?.stop();
    await Deno.remove(dataDir, { recursive: true });
  };
  return await withCleanup(cleanup, async () => {
    server = await startOnFreePort({ ...options, settings: { ...settings, ...cron } });
    await prepare(server);
    if (server.hasCron && isCloned) {
      await server.stop();
      server = await startOnFreePort({ ...options, settings });
    }
    return await use(server);
  });
}
