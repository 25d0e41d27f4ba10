/** The database part: server, Supabase's roles and auth schema, migrations, and seed. */
import { migrate, seed } from "../migrations/migrate.ts";
import { bootstrap } from "../postgres/bootstrap.ts";
import { type DatabaseServer, startDatabase } from "../postgres/database.ts";
import { reviver } from "../postgres/restart-after-crash.ts";
import { storeSecrets } from "../postgres/vault.ts";
import { ROOT } from "../stack/options.ts";
import type { Health, Plugin } from "../stack/plugin.ts";

/**
 * Prevents the real pg_cron from running jobs. pg_cron has no setting for this. But if background
 * workers are off, pg_cron must log in to the database for each job. It does not have the password,
 * so no job runs.
 */
const NO_JOBS = { "cron.use_background_workers": "off" };

const SEED_WORDS = {
  none: undefined,
  seeded: "seeded",
  changed:
    "the seed has changed and is not run again, as in a hosted project: run it by hand if needed",
};

export function databasePlugin(): Plugin {
  let server: DatabaseServer | undefined;
  let life: ReturnType<typeof reviver> | undefined;

  return {
    name: "database",
    async start(context) {
      const { options, ports, urls, keys } = context;
      const kept = life = reviver(() => server, context.log);
      server = await startDatabase({
        dataDir: options.dataDir,
        port: ports.database,
        flavour: options.postgres,
        settings: options.runJobs ? {} : NO_JOBS,
        onExit: () => void (options.restartDatabase && kept.revive()),
      });
      context.database = server;
      await bootstrap(server);
      const sql = server.connect("postgres", { max: 1 });
      try {
        await storeSecrets(sql, {
          farthing_functions_url: `${urls.api}/functions/v1`,
          farthing_secret_key: keys.secretKey,
        });
        const applied = await migrate(sql, options.migrationsDir);
        if (applied.length > 0) context.log(`database: applied ${applied.length} migrations`);
        const word = SEED_WORDS[await seed(sql, options.seedFile, ROOT)];
        if (word) context.log(`database: ${word}`);
      } finally {
        await sql.end();
      }
    },
    async stop() {
      life?.stop();
      await server?.stop();
    },
    health: () => databaseHealth(server),
  };
}

async function databaseHealth(server: DatabaseServer | undefined): Promise<Health> {
  if (server?.pid === undefined) return { ok: false, detail: "down" };
  const sql = server.connect("postgres", { max: 1, connect_timeout: 2 });
  try {
    const [row] = await sql<
      { version: string }[]
    >`select current_setting('server_version') version`;
    const jobs = server.hasCron ? "real pg_cron" : "pg_cron emulator";
    return { ok: true, detail: `PostgreSQL ${row?.version.split(" ")[0]}, ${jobs}` };
  } catch (error) {
    return { ok: false, detail: (error as Error).message };
  } finally {
    await sql.end({ timeout: 0 });
  }
}
