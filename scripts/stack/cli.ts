/** `deno task start`, `stop`, `reset` and `status`. */
import { dirname, join } from "node:path";
import pc from "picocolors";
import { print, printError } from "../terminal/print.ts";
import { removeEnvFile } from "./env-file.ts";
import { loadKeys } from "./keys.ts";
import { type Stack, startStack } from "./mod.ts";
import { parseFlags, resolveOptions, type StackOptions, USAGE } from "./options.ts";
import { runningTable, statusTable } from "./output.ts";
import { endLeftoverRedis } from "./redis/process.ts";
import { redisDir } from "./redis/places.ts";
import { endLeftover } from "./postgres/database.ts";
import { databaseDir } from "./postgres/places.ts";
import { isAlive } from "./postgres/process.ts";
import { StackError } from "./stack-error.ts";
import { readRunning, readState, releaseState } from "./state.ts";
import { waitFor } from "./wait.ts";

const STOP_TIMEOUT_MS = 30_000;

/**
 * Resolves at the first Ctrl-C or SIGTERM. Further ones are let pass: `deno task` sends its child
 * the Ctrl-C that the terminal has sent it already, and stopping takes no longer for asking twice.
 */
function untilSignal(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      Deno.addSignalListener(signal, done);
    }
  });
}

async function start(options: StackOptions): Promise<void> {
  const begun = performance.now();
  // A function's forgotten rejection is its own bug and no reason to take the stack down.
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    printError(pc.red(`unhandled rejection: ${event.reason?.stack ?? event.reason}`));
  });
  const log = (line: string) => print(pc.dim(line));
  const signalled = untilSignal();
  const starting = startStack({ log, ...options });
  const first = await Promise.race([starting, signalled]);
  const stack = first as Stack | undefined ?? await starting;
  if (first) {
    const resolved = resolveOptions(options);
    const keys = await loadKeys(resolved.dataDir);
    const shown = { urls: stack.urls, keys, options: resolved, health: await stack.health() };
    print(runningTable(shown, performance.now() - begun));
    await signalled;
  }
  print(pc.dim("stopping"));
  await stack.stop();
}

/** Ends the stack of a data directory, and what a killed one left behind; false when none ran. */
async function endStack({ dataDir }: { dataDir: string }): Promise<boolean> {
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

async function stop(options: StackOptions): Promise<void> {
  const ended = await endStack(resolveOptions(options));
  print(ended ? "Stopped." : "No stack runs on this data directory.");
}

/** What a stack puts in its data directory; anything else there is not ours to remove. */
const OWN_FILES = ["postgres", "keys.json", "stack.json", "stripe.json", "mail.jsonl"];

async function remove(path: string, recursive: boolean): Promise<void> {
  await Deno.remove(path, { recursive }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

async function reset(options: StackOptions): Promise<void> {
  const { dataDir, logFile } = resolveOptions(options);
  const ended = await endStack({ dataDir });
  const database = databaseDir(dataDir);
  await remove(database, true);
  if (!database.startsWith(dataDir)) await remove(dirname(database), false);
  await remove(redisDir(dataDir), true);
  await remove(logFile, false);
  for (const name of OWN_FILES) await remove(join(dataDir, name), true);
  await remove(dataDir, false).catch(() => {}); // not empty: someone keeps things there
  print(`${ended ? "Stopped, and its" : "The"} data in ${dataDir} removed.`);
}

async function status(options: StackOptions): Promise<void> {
  const resolved = resolveOptions(options);
  const running = await readRunning(resolved.dataDir);
  if (!running) {
    print("No stack runs on this data directory: `deno task start`.");
    Deno.exitCode = 1;
    return;
  }
  const response = await fetch(`${running.api}/stack/status`).catch(() => undefined);
  if (!response?.ok) throw new StackError(`The stack (pid ${running.pid}) is starting or stuck.`);
  const { pid, urls, health } = await response.json();
  const keys = await loadKeys(resolved.dataDir);
  const shown = { urls, keys, options: { ...resolved, envFile: running.envFile }, health };
  const { text, ok } = statusTable(shown, pid);
  print(text);
  if (!ok) Deno.exitCode = 1;
}

const COMMANDS: Record<string, (options: StackOptions) => Promise<void>> = {
  start,
  stop,
  reset,
  status,
};

async function main([name = "start", ...flags]: string[]): Promise<void> {
  const command = COMMANDS[name];
  if (!command) throw new StackError(`Unknown command "${name}".\n\n${USAGE}`);
  const options = parseFlags(flags);
  if (!options) return print(USAGE);
  await command(options);
}

if (import.meta.main) {
  try {
    await main(Deno.args);
    Deno.exit();
  } catch (error) {
    const known = error instanceof StackError;
    printError(pc.red(known ? error.message : `${(error as Error).stack ?? error}`));
    Deno.exit(1);
  }
}
