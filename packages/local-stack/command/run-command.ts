/** `deno task start`, `stop`, `reset` and `status`. */
import { print, printError } from "@farthing/command-line";
import pc from "picocolors";
import { parseFlags, USAGE } from "./flags.ts";
import { runningTable, statusTable } from "./start-and-status-tables.ts";
import { loadKeys } from "../core/keys.ts";
import { StackError } from "../core/stack-error.ts";
import { type Stack, startStack } from "../start-stack.ts";
import { endStack, removeData } from "../stack/end-stack.ts";
import { resolveOptions, type StackOptions } from "../stack/options.ts";
import { readRunning } from "../stack/running-state.ts";

/**
 * Resolves at the first Ctrl-C, SIGTERM or SIGHUP. Later signals are ignored, because one Ctrl-C
 * arrives twice: from the terminal and from `deno task`. The second must not interrupt the
 * shutdown.
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
  // An unhandled rejection in an Edge Function must not end the stack.
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
    const keys = await loadKeys(resolved.dataDir, resolved.live);
    const shown = { urls: stack.urls, keys, options: resolved, health: await stack.health() };
    print(runningTable(shown, performance.now() - begun));
    await signalled;
  }
  print(pc.dim("stopping"));
  await stack.stop();
}

async function stop(options: StackOptions): Promise<void> {
  const ended = await endStack(resolveOptions(options).dataDir);
  print(ended ? "Stopped." : "No stack runs on this data directory.");
}

async function reset(options: StackOptions): Promise<void> {
  const { dataDir, logFile } = resolveOptions(options);
  const ended = await endStack(dataDir);
  await Deno.remove(logFile).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await removeData(dataDir);
  print(`${ended ? "Stopped. " : ""}Removed the data in ${dataDir}.`);
}

async function status(options: StackOptions): Promise<void> {
  const resolved = resolveOptions(options);
  const running = await readRunning(resolved.dataDir);
  if (!running) {
    print("No stack runs on this data directory. Start one with `npx -y deno@2.9.6 task start`.");
    Deno.exitCode = 1;
    return;
  }
  const response = await fetch(`${running.api}/stack/status`).catch(() => undefined);
  if (!response?.ok) {
    throw new StackError(
      `The stack (pid ${running.pid}) does not answer. It may still be starting: try again in a ` +
        "minute, or end it with `deno task stop` and the flags of this command.",
    );
  }
  const { pid, urls, health } = await response.json();
  const keys = await loadKeys(resolved.dataDir, resolved.live);
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

/**
 * Runs one command and ends the process.
 * @param names the environment variables of the Edge Functions that `--set` may set
 * @param product the section about the product for the page at the gateway's root; the product is
 *   the app that the stack runs
 */
export async function runCommand(
  [name = "start", ...flags]: readonly string[],
  names: readonly string[],
  product: Pick<StackOptions, "welcome"> = {},
): Promise<never> {
  try {
    const command = COMMANDS[name];
    if (!command) throw new StackError(`Unknown command "${name}".\n\n${USAGE}`);
    const options = parseFlags(flags, names);
    if (options) await command({ ...product, ...options });
    else print(USAGE);
  } catch (error) {
    const known = error instanceof StackError;
    printError(pc.red(known ? error.message : `${(error as Error).stack ?? error}`));
    Deno.exit(1);
  }
  Deno.exit();
}
