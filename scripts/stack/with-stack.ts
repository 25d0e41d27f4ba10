/**
 * Calls a callback with the settings of the local stack. If no stack is running, starts one for
 * this call.
 */
import { parseArgs } from "node:util";
import pc from "picocolors";
import { print, printError, waitFor, withCleanup } from "@farthing/command-line";
import { isLive, serviceOf } from "../demo/shared/service.ts";
import {
  readSettings,
  type Settings,
  SettingsError,
  STACK_ENV_FILE,
} from "../project/project-settings.ts";
import { ROOT } from "../command/root.ts";

const START_TIMEOUT_MS = 120_000;

/** Reads the settings in `envFile`. Returns them if the stack that they name answers. */
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
export async function withProcess<T>(child: Deno.ChildProcess, use: () => Promise<T>): Promise<T> {
  let ended = false;
  const ending = child.status.finally(() => ended = true);
  const end = async () => {
    if (!ended) child.kill("SIGTERM");
    await ending;
  };
  return await withCleanup(end, use);
}

/** Starts a stack unless one runs, and passes its settings to `use`. */
export async function withStack(
  flags: string[],
  use: (settings: Settings) => Promise<boolean>,
): Promise<boolean> {
  const options = { "env-file": { type: "string" } } as const;
  const { values } = parseArgs({ args: flags, options, strict: false });
  const envFile = String(values["env-file"] ?? STACK_ENV_FILE);
  const running = await runningStack(envFile);
  if (running !== undefined) {
    print(pc.dim(`using the stack that runs at ${running.values["SUPABASE_URL"]}`));
    return await use(running);
  }
  print(pc.dim("starting the stack"));
  const args = ["run", "-A", "scripts/stack/main.ts", "start", ...flags];
  const child = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdin: "null" }).spawn();
  return await withProcess(child, async () => {
    let ended = false;
    child.status.finally(() => ended = true);
    const up = await waitFor(() => ended ? null : runningStack(envFile), START_TIMEOUT_MS);
    if (up) return await use(up);
    printError(pc.red("The stack did not start: its output above says why."));
    return false;
  });
}
