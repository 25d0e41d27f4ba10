/** Prepares the migrated database on the long-lived server, for runs of a few named files. */
import { buildMigrations } from "../../schema/build.ts";
import { readSchemas } from "../../schema/sources.ts";
import type { Migration } from "@farthing/local-stack/migrations";
import type { Databases } from "@farthing/local-stack/postgres";
import { openLock, withLock } from "./lock.ts";
import { endServer, findServer, startServer } from "./server.ts";
import { dropOthers, snapshotOf } from "./snapshots.ts";

/** A server, and the name of its migrated database. Files are tested in clones of that database. */
export interface Project {
  server: Databases;
  template: string;
}

export interface LongLivedProject extends Project {
  /** A hash of everything but the migrations that determines the snapshots' names: snapshots.ts. */
  made: string;
  migrations: Migration[];
}

/** Held while a run looks for the server and makes or drops snapshots. */
const PREPARING = "server-preparing";
/**
 * Shared by all runs that use the server, so that no run ends the server or drops a snapshot under
 * another run.
 */
const USING = "server-using";

async function prepare(use: Deno.FsFile): Promise<LongLivedProject> {
  let running = await findServer();
  if (!running) {
    await use.lock(true); // Other runs may still use a server that is out of date.
    running = await startServer();
  }
  const { server, made } = running;
  // The migrations as the schema files now define them, even before `deno task schema`.
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
 * Ends the server as soon as no run uses it, and removes its data. Does nothing without a server.
 */
export async function endLongLivedServer(): Promise<void> {
  await withLock(PREPARING, () => withLock(USING, endServer));
}
