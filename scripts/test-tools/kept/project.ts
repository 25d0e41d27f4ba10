/** The migrated database on the kept server, for runs of a few named files. */
import { buildMigrations } from "../../schema/build.ts";
import { readSchemas } from "../../schema/sources.ts";
import type { Migration } from "@farthing/local-stack/migrations";
import type { Databases } from "@farthing/local-stack/postgres";
import { openLock, withLock } from "./lock.ts";
import { endServer, findServer, startServer } from "./server.ts";
import { dropOthers, snapshotOf } from "./snapshots.ts";

/** A server, and the name of the migrated database on it: files are tested in clones of that one. */
export interface Project {
  server: Databases;
  template: string;
}

export interface KeptProject extends Project {
  /** What its snapshots are named by, beside the migrations: snapshots.ts. */
  made: string;
  migrations: Migration[];
}

/** Held while the server is looked for and its snapshots are made or dropped. */
const PREPARING = "server-preparing";
/** Shared by all that run on the server: nothing is ended or dropped under them. */
const USING = "server-using";

async function prepare(use: Deno.FsFile): Promise<KeptProject> {
  let kept = await findServer();
  if (!kept) {
    await use.lock(true); // others may still use one that is out of date
    kept = await startServer();
  }
  const { server, made } = kept;
  const migrations = buildMigrations(await readSchemas()); // as they are written, built or not yet
  if (await use.tryLock(true)) await dropOthers(server, made, migrations);
  const template = await snapshotOf(server, made, migrations);
  await use.lock(false);
  return { server, template, made, migrations };
}

export async function withKeptProject<T>(run: (project: KeptProject) => Promise<T>): Promise<T> {
  using use = await openLock(USING);
  const project = await withLock(PREPARING, () => prepare(use));
  return await run(project);
}

/** Ends the server once nobody runs on it, and removes its data; fine where there is none. */
export async function endKeptServer(): Promise<void> {
  await withLock(PREPARING, () => withLock(USING, endServer));
}
