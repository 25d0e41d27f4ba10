/**
 * `deno task example <name>`: installs the example, starts the local stack and serves the example,
 * until Ctrl-C ends both. A stack that already runs is used, and stays up.
 */
import { parseArgs } from "node:util";
import pc from "picocolors";
import {
  cleanUpOnSignals,
  print,
  printError,
  taskArguments,
  waitFor,
  withCleanup,
} from "@farthing/command-line";
import { canRun } from "../command/program.ts";
import { ROOT } from "../command/root.ts";
import { isLive, serviceOf } from "../demo/shared/service.ts";
import {
  readSettings,
  type Settings,
  SettingsError,
  STACK_ENV_FILE,
} from "../settings/settings.ts";
import { EXAMPLE_NAMES, type ExampleName, installExample, serveExample } from "./install.ts";

const USAGE = `Usage: deno task example ${EXAMPLE_NAMES.join(" | ")} [flags of deno task start]

Installs the example with npm, and serves it together with the local stack. Ctrl-C ends both.
If a stack already runs, the example uses it.`;

const START_TIMEOUT_MS = 120_000;

/** Returns the settings of the stack that this file names, if it answers. */
async function runningStack(envFile: string): Promise<Settings | undefined> {
  try {
    const settings = readSettings(envFile);
    return await isLive(serviceOf(settings)) ? settings : undefined;
  } catch (error) {
    if (error instanceof SettingsError) return undefined;
    throw error;
  }
}

/** Runs `use` while the process runs, and ends the process afterwards. */
async function withProcess<T>(child: Deno.ChildProcess, use: () => Promise<T>): Promise<T> {
  let ended = false;
  const ending = child.status.finally(() => ended = true);
  const end = async () => {
    if (!ended) child.kill("SIGTERM");
    await ending;
  };
  return await withCleanup(end, use);
}

/** Starts a stack unless one runs, and passes its settings to `use`. */
async function withStack(
  flags: string[],
  use: (settings: Settings) => Promise<boolean>,
): Promise<boolean> {
  const options = { "env-file": { type: "string" } } as const;
  const { values } = parseArgs({ args: flags, options, strict: false });
  const envFile = String(values["env-file"] ?? STACK_ENV_FILE);
  const running = await runningStack(envFile);
  if (running !== undefined) return await use(running);
  const args = ["run", "-A", "scripts/stack/main.ts", "start", ...flags];
  const child = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdin: "null" }).spawn();
  return await withProcess(child, async () => {
    let ended = false;
    child.status.finally(() => ended = true);
    const up = await waitFor(() => ended ? null : runningStack(envFile), START_TIMEOUT_MS);
    if (up) return await use(up);
    printError(pc.red("The stack did not start."));
    return false;
  });
}

async function main(): Promise<boolean> {
  const [name = "", ...flags] = taskArguments(Deno.args);
  if (!(EXAMPLE_NAMES as string[]).includes(name)) {
    print(USAGE);
    return name === "--help" || name === "-h";
  }
  if (!await canRun("npm")) {
    printError(pc.red("An example needs npm, which comes with Node 20.19 or later."));
    return false;
  }
  print(pc.dim(`installing examples/${name}`));
  await installExample(name as ExampleName);
  return await withStack(flags, async ({ values }) => {
    const app = serveExample(name as ExampleName, { project: values, stdout: "inherit" });
    return await withProcess(app, async () => (await app.status).success);
  });
}

cleanUpOnSignals();
Deno.exit(await main() ? 0 : 1);
