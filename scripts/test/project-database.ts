/** A PostgreSQL of the tests' own, with a database that has what a project has after `supabase db push`. */
import type postgres from "postgres";
import { migrate, seed } from "../stack/migrations/migrate.ts";
import { type DatabaseServer, startDatabase } from "../stack/postgres/database.ts";
import { bootstrap } from "../stack/postgres/plugin.ts";
import type { Flavour } from "../stack/postgres/source.ts";
import { withCleanup } from "./cleanup.ts";
import { installPgtap } from "./pgtap.ts";
import { ROOT } from "./suite.ts";

/** The migrated database: files are tested in clones of it, never in itself. */
export const PROJECT = "project";

/** What is lost in a power cut does not matter here, and flushing is half of the time. */
const FAST = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

/** What a project has before anything of ours is pushed. */
async function begin(server: DatabaseServer): Promise<void> {
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

/** Migrations, seed, scheduled jobs and pgTAP, in the order in which a developer would meet them. */
async function fill(server: DatabaseServer): Promise<void> {
  await begin(server);
  const sql = server.connect(PROJECT, { max: 1 });
  try {
    await migrate(sql, `${ROOT}supabase/migrations`);
    await seed(sql, `${ROOT}supabase/seed.sql`, ROOT);
    await runJobs(sql);
    await installPgtap(sql);
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
  return withServer(flavour, fill, use);
}

/** The same before the first migration. */
export function withNewProject<T>(use: (server: DatabaseServer) => Promise<T>): Promise<T> {
  return withServer("embedded", begin, use);
}

async function withServer<T>(
  flavour: Flavour,
  prepare: (server: DatabaseServer) => Promise<void>,
  use: (server: DatabaseServer) => Promise<T>,
): Promise<T> {
  const dataDir = await Deno.makeTempDir({ prefix: "farthing-test-" });
  await Deno.chmod(dataDir, 0o755); // the server's account has to get in
  const options = { dataDir, port: freePort(), flavour };
  const cron = flavour === "system" ? { "cron.database_name": PROJECT } : {};
  let server: DatabaseServer | undefined;
  const cleanup = async () => {
    await server?.stop();
    await Deno.remove(dataDir, { recursive: true });
  };
  return await withCleanup(cleanup, async () => {
    server = await startDatabase({ ...options, settings: { ...FAST, ...cron } });
    await prepare(server);
    if (server.hasCron) {
      await server.stop();
      server = await startDatabase({ ...options, settings: FAST });
    }
    return await use(server);
  });
}
