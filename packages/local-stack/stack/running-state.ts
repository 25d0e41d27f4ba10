/** The file that says a stack runs on a data directory: its pid, and what `stop` must know. */
import { join } from "node:path";
import { isAlive } from "../core/processes.ts";
import { StackError } from "../core/stack-error.ts";

export interface State {
  pid: number;
  api: string;
  envFile: string;
}

/** Data directories that this process has a stack on. */
const claimed = new Set<string>();

function fileOf(dataDir: string): string {
  return join(dataDir, "stack.json");
}

/** The state of a data directory, running or not. */
export async function readState(dataDir: string): Promise<State | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(fileOf(dataDir)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The state when its process lives. */
export async function readRunning(dataDir: string): Promise<State | undefined> {
  const state = await readState(dataDir);
  return state && isAlive(state.pid) ? state : undefined;
}

/** @throws StackError when another stack runs on this data */
export async function claim(dataDir: string, state: State): Promise<void> {
  const running = await readRunning(dataDir);
  // Our own pid in a file that we did not write is a dead process's: containers reuse pids.
  const alive = running && (running.pid !== Deno.pid || claimed.has(dataDir));
  if (alive) throw alreadyRunning(running);
  claimed.add(dataDir);
  await Deno.writeTextFile(fileOf(dataDir), JSON.stringify(state, null, 2));
}

export async function releaseState(dataDir: string): Promise<void> {
  claimed.delete(dataDir);
  await Deno.remove(fileOf(dataDir)).catch(() => {});
}

function alreadyRunning({ pid, api }: State): StackError {
  return new StackError(
    `The stack runs already (pid ${pid}, ${api}): \`deno task stop\` ends it, ` +
      `--offset, --data and --env-file start a second one.`,
  );
}
