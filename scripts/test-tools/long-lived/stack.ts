/**
 * Manages the stack that keeps running between test runs that name only a few files. Only one run
 * can use the stack; a second concurrent run starts its own. After a failed or interrupted run, the
 * stack and its data are removed, because the run may have left a fault in them.
 */
import { endStack, readRunning, removeData } from "@farthing/local-stack/running";
import { isAlive } from "@farthing/local-stack/postgres";
import { withCleanup } from "@farthing/command-line";
import { type Environment, readEnvironment, startStack, withStack } from "../stack-process.ts";
import type { SuiteResult } from "../suite.ts";
import { fingerprint } from "./fingerprint.ts";
import { FOLDER, openLock, withLock } from "./lock.ts";

const DATA = `${FOLDER}/stack`;
const STATE = `${FOLDER}/stack.json`;
const USING = "stack-using";

/**
 * Files that determine the database. If one of them changes, the data is made anew. If only a file
 * in CODE_MADE_OF changes, the stack restarts and keeps its data.
 */
const DATA_MADE_OF = [
  "supabase/migrations",
  "supabase/farthing_seed.sql",
  "packages/local-stack",
  "deno.lock",
];
const CODE_MADE_OF = [
  "supabase/functions",
  ...["packages/command-line", "packages/local-stack", "packages/stripe-emulator"],
  "scripts",
  "deno.json",
];

interface State {
  data: string;
  code: string;
}

async function stateOfFiles(): Promise<State> {
  return { data: await fingerprint(DATA_MADE_OF), code: await fingerprint(CODE_MADE_OF) };
}

/** Returns the state that the last successful run recorded, and removes the record. */
async function takeState(): Promise<State | undefined> {
  const text = await Deno.readTextFile(STATE).catch(() => undefined);
  if (text === undefined) return;
  await Deno.remove(STATE);
  return JSON.parse(text);
}

async function throwAway(): Promise<void> {
  await endStack(DATA);
  await removeData(DATA); // The data may be where the server's Unix user has access.
  await Deno.remove(DATA, { recursive: true }).catch(() => {}); // The folder may be missing.
}

async function isWell(env: Environment): Promise<boolean> {
  const response = await fetch(`${env.SUPABASE_URL}/stack/status`).catch(() => undefined);
  if (!response?.ok) return false;
  const { health } = await response.json() as { health: Record<string, { ok: boolean }> };
  return Object.values(health).every(({ ok }) => ok);
}

/**
 * Returns the environment of the running stack. Returns undefined if no healthy stack runs, or if
 * the files that determine the stack have changed.
 */
async function find(had: State | undefined, now: State): Promise<Environment | undefined> {
  if (had?.data !== now.data || had.code !== now.code) return;
  const running = await readRunning(DATA);
  const env = running && isAlive(running.pid) ? await readEnvironment(DATA) : undefined;
  return env && await isWell(env) ? env : undefined;
}

async function start(): Promise<Environment> {
  await Deno.mkdir(DATA, { recursive: true });
  await Deno.chmod(DATA, 0o755); // The database server's Unix user needs access.
  return await startStack(DATA, (child) => child.unref(), { detached: true });
}

async function findOrStart(had: State | undefined, now: State): Promise<Environment> {
  const found = await find(had, now);
  if (found) return found;
  await (had?.data === now.data ? endStack(DATA) : throwAway());
  return await start();
}

const isGood = ({ rows }: SuiteResult) => rows.every(({ failures }) => failures.length === 0);

export async function withLongLivedStack(
  use: (env: Environment) => Promise<SuiteResult>,
): Promise<SuiteResult> {
  using lock = await openLock(USING);
  if (!await lock.tryLock(true)) return await withStack(use);
  const now = await stateOfFiles();
  let stays = false;
  const cleanup = async () => {
    if (!stays) await throwAway();
  };
  return await withCleanup(cleanup, async () => {
    const result = await use(await findOrStart(await takeState(), now));
    if (isGood(result)) {
      await Deno.writeTextFile(STATE, JSON.stringify(now));
      stays = true;
    }
    return result;
  });
}

/**
 * Waits until no run uses the stack, stops it, and removes its data. Does nothing if there is no
 * stack.
 */
export async function endLongLivedStack(): Promise<void> {
  await withLock(USING, async () => {
    await takeState();
    await throwAway();
  });
}
