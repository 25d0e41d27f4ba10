/**
 * Manages the PostgreSQL server that keeps running between the test runs of this checkout. All of
 * its databases are made from files, and their names contain hashes of these files (snapshots.ts).
 * If the server has died, it is started again.
 */
import { dirname } from "node:path";
import {
  databaseDir,
  type Databases,
  endLeftover,
  runningPid,
  RunningServer,
} from "@farthing/local-stack/postgres";
import { startOnFreePort } from "@farthing/local-stack/testing";
import { FAST } from "../project-database.ts";
import { fingerprint } from "./fingerprint.ts";
import { FOLDER } from "./lock.ts";

const DATA = `${FOLDER}/server`;
const STATE = `${FOLDER}/server.json`;

/** Files that determine the server and the state of its databases before the first migration. */
const MADE_OF = [
  "packages/local-stack/postgres",
  "scripts/test-tools/project-database.ts",
  "deno.lock",
];

interface State {
  port: number;
  /** The fingerprint of the files in MADE_OF. */
  made: string;
}

async function readState(): Promise<State | undefined> {
  const text = await Deno.readTextFile(STATE).catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

async function answers(server: Databases): Promise<boolean> {
  const sql = server.connectAsAdmin("postgres", { max: 1, connect_timeout: 30 });
  return await sql`select`.then(() => true, () => false).finally(() => sql.end({ timeout: 0 }));
}

/** The server, and the fingerprint that the files in MADE_OF had when the server was started. */
interface LongLivedServer {
  server: Databases;
  made: string;
}

/** Returns the running server, or undefined if no server runs or a file in MADE_OF has changed. */
export async function findServer(): Promise<LongLivedServer | undefined> {
  const made = await fingerprint(MADE_OF);
  const state = await readState();
  if (state?.made !== made || await runningPid(databaseDir(DATA)) === undefined) return;
  const server = new RunningServer(state.port);
  return await answers(server) ? { server, made } : undefined;
}

/** Stops the old server, if there is one, and starts a new one. */
export async function startServer(): Promise<LongLivedServer> {
  await endServer();
  const made = await fingerprint(MADE_OF);
  await Deno.mkdir(DATA, { recursive: true });
  await Deno.chmod(DATA, 0o755); // The server's Unix user needs access.
  const server = await startOnFreePort({ dataDir: DATA, settings: FAST });
  server.unref();
  const state: State = { port: server.port, made };
  await Deno.writeTextFile(STATE, JSON.stringify(state));
  return { server, made };
}

/** Stops the server and removes its data. Does nothing if there is no server. */
export async function endServer(): Promise<void> {
  await endLeftover(DATA);
  const directory = databaseDir(DATA);
  const paths = [STATE, directory, directory.startsWith(DATA) ? DATA : dirname(directory)];
  for (const path of paths) {
    await Deno.remove(path, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}
