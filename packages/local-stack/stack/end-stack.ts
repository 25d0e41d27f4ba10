/** Ends a stack from outside its process, and removes its data. */
import { waitFor } from "@farthing/command-line";
import { dirname, join } from "node:path";
import { isAlive } from "../core/processes.ts";
import { StackError } from "../core/stack-error.ts";
import { endLeftover } from "../postgres/database.ts";
import { databaseDir } from "../postgres/directories.ts";
import { redisDir } from "../redis/find-redis.ts";
import { endLeftoverRedis } from "../redis/redis-process.ts";
import { removeEnvFile } from "./env-file.ts";
import { DEMO_RESULT } from "./demo-result.ts";
import { readRunning, readState, releaseState } from "./running-state.ts";

const STOP_TIMEOUT_MS = 30_000;

/**
 * Ends the stack of a data directory, and the servers that a killed stack left running. Returns
 * false if no stack was running.
 */
export async function endStack(dataDir: string): Promise<boolean> {
  const running = await readRunning(dataDir);
  if (running) {
    Deno.kill(running.pid, "SIGTERM");
    const { pid } = running;
    const ended = await waitFor(() => isAlive(pid) ? undefined : true, STOP_TIMEOUT_MS, 50);
    if (!ended) throw new StackError(`The stack (pid ${pid}) does not end: kill it by its pid.`);
  }
  const left = await readState(dataDir);
  if (left) await removeEnvFile(left.envFile);
  await endLeftover(dataDir);
  await endLeftoverRedis(dataDir);
  await releaseState(dataDir);
  return running !== undefined;
}

/**
 * Files that a stack writes to its data directory. Other files there are not removed, because they
 * may be the user's.
 */
const OWN_FILES = [
  ...["postgres", "keys.json", "stack.json", "stripe.json", "mail.jsonl"],
  DEMO_RESULT,
];

async function remove(path: string, recursive: boolean): Promise<void> {
  await Deno.remove(path, { recursive }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/** Removes the data directory of a stack that has ended. */
export async function removeData(dataDir: string): Promise<void> {
  const database = databaseDir(dataDir);
  await remove(database, true);
  if (!database.startsWith(dataDir)) await remove(dirname(database), false);
  await remove(redisDir(dataDir), true);
  for (const name of OWN_FILES) await remove(join(dataDir, name), true);
  // This call is not recursive, so a directory that still contains other files is not removed.
  await remove(dataDir, false).catch(() => {});
}
