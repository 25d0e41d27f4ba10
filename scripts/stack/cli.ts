/** `deno task start`, `stop`, `reset` and `status`. */
import { dirname } from "node:path";
import pc from "picocolors";
import { print, printError } from "../terminal/print.ts";
import { type Stack, startStack } from "./mod.ts";
import { parseFlags, resolveOptions, type StackOptions, USAGE } from "./options.ts";
import { runningTable, statusTable } from "./output.ts";
import { databaseDir } from "./postgres/places.ts";
import { serverAccount } from "./postgres/account.ts";
import { isAlive } from "./postgres/process.ts";
import { StackError } from "./stack-error.ts";
import { readRunning, readState } from "./state.ts";
import { waitFor } from "./wait.ts";

const STOP_TIMEOUT_MS = 30_000;

/** Resolves at the first Ctrl-C or SIGTERM; a second Ctrl-C ends the process at once. */
function untilSignal(): Promise<void> {
  return new Promise((done) => {
    let asked = false;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      Deno.addSignalListener(signal, () => {
        if (asked && signal === "SIGINT") Deno.exit(130);
        asked = true;
        done();
      });
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
    print(await runningTable(stack, resolveOptions(options), performance.now() - begun));
    await signalled;
  }
  print(pc.dim("stopping"));
  await stack.stop();
}

/** Ends the stack of a data directory; false when none runs. */
async function endRunning(options: StackOptions): Promise<boolean> {
  const running = await readRunning(resolveOptions(options).dataDir);
  if (!running) return false;
  Deno.kill(running.pid, "SIGTERM");
  const ended = await waitFor(() => isAlive(running.pid) ? undefined : true, STOP_TIMEOUT_MS, 50);
  if (!ended) {
    throw new StackError(`The stack (pid ${running.pid}) does not end: kill it by its pid.`);
  }
  return true;
}

async function stop(options: StackOptions): Promise<void> {
  print(await endRunning(options) ? "Stopped." : "No stack runs on this data directory.");
}

async function reset(options: StackOptions): Promise<void> {
  const { dataDir } = resolveOptions(options);
  const state = await readState(dataDir);
  const wasRunning = await endRunning(options);
  const database = state?.databaseDirectory ?? databaseDir(dataDir, serverAccount(dataDir));
  for (const directory of [database, dataDir]) {
    await Deno.remove(directory, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
  if (!database.startsWith(dataDir)) await Deno.remove(dirname(database)).catch(() => {});
  print(`${wasRunning ? "Stopped, and its" : "The"} data in ${dataDir} removed.`);
}

async function status(options: StackOptions): Promise<void> {
  const running = await readRunning(resolveOptions(options).dataDir);
  if (!running) {
    print("No stack runs on this data directory: `deno task start`.");
    Deno.exitCode = 1;
    return;
  }
  const response = await fetch(`${running.api}/stack/status`).catch(() => undefined);
  if (!response?.ok) throw new StackError(`The stack (pid ${running.pid}) is starting or stuck.`);
  const { text, ok } = statusTable(await response.json(), running.envFile);
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
