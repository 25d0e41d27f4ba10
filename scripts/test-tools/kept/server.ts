/**
 * The PostgreSQL server that goes on between runs of this checkout. It holds nothing that is not made from
 * files, under names that are hashes of them: see snapshots.ts. One that died is started anew.
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
import { KEPT } from "./lock.ts";

const DATA = `${KEPT}/server`;
const STATE = `${KEPT}/server.json`;

/** What makes the server, and every database of it before the first migration. */
const MADE_OF = [
  "packages/local-stack/postgres",
  "scripts/test-tools/project-database.ts",
  "deno.lock",
];

interface State {
  port: number;
  /** Of MADE_OF. */
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

/** A server, and the fingerprint of what it and its databases before the first migration are made of. */
interface KeptServer {
  server: Databases;
  made: string;
}

/** The one that runs; undefined where there is none, and where it is out of date. */
export async function findServer(): Promise<KeptServer | undefined> {
  const made = await fingerprint(MADE_OF);
  const state = await readState();
  if (state?.made !== made || await runningPid(databaseDir(DATA)) === undefined) return;
  const server = new RunningServer(state.port);
  return await answers(server) ? { server, made } : undefined;
}

/** Starts one in the place of what is there. */
export async function startServer(): Promise<KeptServer> {
  await endServer();
  const made = await fingerprint(MADE_OF);
  await Deno.mkdir(DATA, { recursive: true });
  await Deno.chmod(DATA, 0o755); // the server's account has to get in
  const server = await startOnFreePort({ dataDir: DATA, settings: FAST });
  server.unref();
  const state: State = { port: server.port, made };
  await Deno.writeTextFile(STATE, JSON.stringify(state));
  return { server, made };
}

/** Ends the server and removes its data; fine where there is none. */
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
