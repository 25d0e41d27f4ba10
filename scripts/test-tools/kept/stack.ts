/**
 * The stack that goes on between runs of a few named files. One run has it at a time; a second one gets a
 * stack of its own. It is used again only after a run that ended well: a run that failed, or was broken off,
 * may have left a fault behind, and its stack is thrown away with its data.
 */
import { endStack, readRunning, removeData } from "@farthing/local-stack/running";
import { isAlive } from "@farthing/local-stack/postgres";
import { withCleanup } from "@farthing/command-line";
import { type Environment, readEnvironment, startStack, withStack } from "../stack-process.ts";
import type { SuiteResult } from "../suite.ts";
import { fingerprint } from "./fingerprint.ts";
import { KEPT, openLock, withLock } from "./lock.ts";

const DATA = `${KEPT}/stack`;
const STATE = `${KEPT}/stack.json`;
const USING = "stack-using";

/** What the database is made of, whose data outlive the stack, and everything else that was loaded. */
const DATA_MADE_OF = [
  "supabase/migrations",
  "supabase/farthing_seed.sql",
  "packages/local-stack",
  "deno.lock",
];
const CODE_MADE_OF = ["supabase/functions", "packages", "scripts", "deno.json"];

interface State {
  data: string;
  code: string;
}

async function stateOfFiles(): Promise<State> {
  return { data: await fingerprint(DATA_MADE_OF), code: await fingerprint(CODE_MADE_OF) };
}

/** What the stack was made of when the last run on it ended well; to be read once. */
async function takeState(): Promise<State | undefined> {
  const text = await Deno.readTextFile(STATE).catch(() => undefined);
  if (text === undefined) return;
  await Deno.remove(STATE);
  return JSON.parse(text);
}

async function throwAway(): Promise<void> {
  await endStack(DATA);
  await removeData(DATA); // which may lie elsewhere, where the server's account can get in
  await Deno.remove(DATA, { recursive: true }).catch(() => {}); // there was none
}

async function isWell(env: Environment): Promise<boolean> {
  const response = await fetch(`${env.SUPABASE_URL}/stack/status`).catch(() => undefined);
  if (!response?.ok) return false;
  const { health } = await response.json() as { health: Record<string, { ok: boolean }> };
  return Object.values(health).every(({ ok }) => ok);
}

/** The stack that runs, or one on the data that it left; undefined where it would be another. */
async function find(had: State | undefined, now: State): Promise<Environment | undefined> {
  if (had?.data !== now.data || had.code !== now.code) return;
  const running = await readRunning(DATA);
  const env = running && isAlive(running.pid) ? await readEnvironment(DATA) : undefined;
  return env && await isWell(env) ? env : undefined;
}

async function start(): Promise<Environment> {
  await Deno.mkdir(DATA, { recursive: true });
  await Deno.chmod(DATA, 0o755); // the database server's account has to get in
  return await startStack(DATA, (child) => child.unref(), { detached: true });
}

async function findOrStart(had: State | undefined, now: State): Promise<Environment> {
  const found = await find(had, now);
  if (found) return found;
  await (had?.data === now.data ? endStack(DATA) : throwAway());
  return await start();
}

const isGood = ({ rows }: SuiteResult) => rows.every(({ failures }) => failures.length === 0);

export async function withKeptStack(
  use: (env: Environment) => Promise<SuiteResult>,
): Promise<SuiteResult> {
  using lock = await openLock(USING);
  if (!await lock.tryLock(true)) return await withStack(use);
  const now = await stateOfFiles();
  let isKept = false;
  const cleanup = async () => {
    if (!isKept) await throwAway();
  };
  return await withCleanup(cleanup, async () => {
    const result = await use(await findOrStart(await takeState(), now));
    if (isGood(result)) {
      await Deno.writeTextFile(STATE, JSON.stringify(now));
      isKept = true;
    }
    return result;
  });
}

/** Ends the stack once nobody runs on it, and removes its data; fine where there is none. */
export async function endKeptStack(): Promise<void> {
  await withLock(USING, async () => {
    await takeState();
    await throwAway();
  });
}
