/**
 * Prepares the migrated database on the long-lived server. Test runs that name only a few files use
 * this server.
 */
import { buildMigrations } from "../../schema/build.ts";
import { readSchemas } from "../../schema/schema-files.ts";
import type { Migration } from "@farthing/local-stack/migrations";
import type { Databases } from "@farthing/local-stack/postgres";
import { openLock, withLock } from "./lock.ts";
import { endServer, findServer, startServer } from "./server.ts";
import { dropOthers, snapshotOf } from "./snapshots.ts";

/** A server, and the name of its migrated database. Tests run in clones of that database. */
export interface Project {
  server: Databases;
  template: string;
}

export interface LongLivedProject extends Project {
  /**
   * The fingerprint of the files that determine the server. The names of the snapshots depend on
   * it, on the migrations and on the seed (snapshots.ts).
   */
  made: string;
  migrations: Migration[];
}

/** This lock is held while a run looks for the server, and while it makes or drops snapshots. */
const PREPARING = "server-preparing";
/**
 * All runs that use the server share this lock, so that no run stops the server, or drops a
 * snapshot, while another run uses it.
 */
const USING = "server-using";

async function prepare(use: Deno.FsFile): Promise<LongLivedProject> {
  let running = await findServer();
  if (!running) {
    await use.lock(true); // Other runs may still use a server that is out of date.
    running = await startServer();
  }
  const { server, made } = running;
  // The migrations as the current schema files define them, even if `deno task schema` has not been
  // run.
  const migrations = buildMigrations(await readSchemas());
  if (await use.tryLock(true)) await dropOthers(server, made, migrations);
  const template = await snapshotOf(server, made, migrations);
  await use.lock(false);
  return { server, template, made, migrations };
}

export async function withLongLivedProject<T>(
  run: (project: LongLivedProject) => Promise<T>,
): Promise<T> {
  using use = await openLock(USING);
  const project = await withLock(PREPARING, () => prepare(use));
  return await run(project);
}

/**
 * Waits until no run uses the server, stops it, and removes its data. Does nothing if there is no
 * server.
 */
export async function endLongLivedServer(): Promise<void> {
  await withLock(PREPARING, () => withLock(USING, endServer));
}
