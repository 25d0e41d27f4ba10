/** The file that shows that a stack runs on a data directory. It contains what `stop` needs. */
import { join } from "node:path";
import { isAlive } from "../core/processes.ts";
import { StackError } from "../core/stack-error.ts";

export interface State {
  pid: number;
  api: string;
  envFile: string;
  /** Whether the Stripe emulator is in live mode. */
  live?: boolean;
}

/** The data directories whose stacks run in this process. */
const claimed = new Set<string>();

function fileOf(dataDir: string): string {
  return join(dataDir, "stack.json");
}

/**
 * Returns the state of the stack in a data directory, even if the stack's process no longer runs.
 */
export async function readState(dataDir: string): Promise<State | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(fileOf(dataDir)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Returns the state of the stack in a data directory if the stack's process still runs. */
export async function readRunning(dataDir: string): Promise<State | undefined> {
  const state = await readState(dataDir);
  return state && isAlive(state.pid) ? state : undefined;
}

/** @throws StackError if a stack already runs on this data directory */
export async function claim(dataDir: string, state: State): Promise<void> {
  const running = await readRunning(dataDir);
  // If the file has this process's pid but this process did not write it, an earlier process with
  // the same pid wrote it and has ended. This happens because containers reuse pids.
  const alive = running && (running.pid !== Deno.pid || claimed.has(dataDir));
  if (alive) throw alreadyRunning(running);
  claimed.add(dataDir);
  await Deno.writeTextFile(fileOf(dataDir), JSON.stringify(state, null, 2));
}

export async function releaseState(dataDir: string): Promise<void> {
  claimed.delete(dataDir);
  await Deno.remove(fileOf(dataDir)).catch(() => {});
}

function alreadyRunning({ pid, api, live }: State): StackError {
  const stop = live ? "deno task stop -- --live" : "deno task stop";
  return new StackError(
    `The stack is already running (pid ${pid}, ${api}). End it with \`${stop}\`, or start a ` +
      `second one with --offset, --data and --env-file.`,
  );
}
