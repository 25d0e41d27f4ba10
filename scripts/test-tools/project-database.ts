/** A PostgreSQL of the tests' own, with a database that has what a project has after `supabase db push`. */
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
import { ROOT } from "../command/root.ts";

/** The migrated database: files are tested in clones of it, never in itself. */
export const PROJECT = "project";

export const MIGRATIONS = `${ROOT}supabase/migrations`;

/** What is lost in a power cut does not matter here, and flushing is half of the time. */
export const FAST = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

/** What a project has before anything of ours is pushed. */
async function begin(server: Databases): Promise<void> {
  await server.createDatabase(PROJECT);
  await bootstrap(server, PROJECT);
}

/**
 * Runs each scheduled job once, by the real time, as in a database that is in use: what a test finds there
 * must not depend on whether its clock has run already.
 */
async function runJobs(sql: postgres.Sql): Promise<void> {
  const jobs = await sql<{ command: string }[]>`select command from cron.job order by jobid`;
  for (const { command } of jobs) await sql.unsafe(command);
}

/** What comes after the migrations: seed, scheduled jobs and pgTAP, as a developer would meet them. */
export async function furnish(sql: postgres.Sql): Promise<void> {
  await seed(sql, `${ROOT}supabase/farthing_seed.sql`, ROOT);
  await runJobs(sql);
  await installPgtap(sql);
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
 * Starts a server with the migrated database, hands it over, and leaves nothing behind.
 * pg_cron keeps a connection to its database, which then can't be cloned: the real one gets it for
 * the migrations, and after a restart looks elsewhere.
 */
export function withProject<T>(
  flavour: Flavour,
  use: (server: DatabaseServer) => Promise<T>,
): Promise<T> {
  return withServer(flavour, fill, use, true);
}

/** The same before the first migration; a real pg_cron stays with the database. */
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
): Promise<T> {
  const dataDir = await Deno.makeTempDir({ prefix: "farthing-test-" });
  await Deno.chmod(dataDir, 0o755); // the server's account has to get in
  const options = { dataDir, flavour };
  const cron = flavour === "system" ? { "cron.database_name": PROJECT } : {};
  let server: DatabaseServer | undefined;
  const cleanup = async () => {
    await server?.stop();
    await Deno.remove(dataDir, { recursive: true });
  };
  return await withCleanup(cleanup, async () => {
    server = await startOnFreePort({ ...options, settings: { ...FAST, ...cron } });
    await prepare(server);
    if (server.hasCron && isCloned) {
      await server.stop();
      server = await startOnFreePort({ ...options, settings: FAST });
    }
    return await use(server);
  });
}
