/**
 * `deno task console`: builds the console, and serves it with the local stack until Ctrl-C.
 * `deno task console build` only builds it, for any static host. `deno task console dev` serves its
 * sources, and the page shows each change at once.
 */
import pc from "picocolors";
import { cleanUpOnSignals, print, printError, taskArguments } from "@farthing/command-line";
import { canRun } from "../command/program.ts";
import { withProcess, withStack } from "../stack/with-stack.ts";
import type { Settings } from "../project/project-settings.ts";
import { buildConsole, CONSOLE, CONSOLE_BUILD, installConsole } from "./build.ts";

const USAGE = `Usage: deno task console [build | dev] [flags of deno task start]

  deno task console         build the console, and serve it with the local stack
  deno task console build   build it into .farthing/console, for any static host
  deno task console dev     serve its sources with the local stack

If a stack already runs, it is used, and stays up.`;

const AFTER_BUILD = `The console is in ${CONSOLE_BUILD}. To publish it, copy that folder to a static
host, and put farthing.json beside index.html:

  {"url": "https://<project>.supabase.co", "publishableKey": "sb_publishable_…"}`;

async function build(): Promise<void> {
  print(pc.dim("building the console"));
  await buildConsole();
}

/**
 * Runs Vite on the sources. Vite also serves farthing.json with the address and key of this stack.
 */
async function serveSources({ values }: Settings): Promise<boolean> {
  const vite = new Deno.Command(`${CONSOLE}/node_modules/.bin/vite`, {
    cwd: CONSOLE,
    env: {
      FARTHING_URL: values["SUPABASE_URL"] ?? "",
      FARTHING_PUBLISHABLE_KEY: values["SUPABASE_PUBLISHABLE_KEY"] ?? "",
    },
  }).spawn();
  return await withProcess(vite, async () => (await vite.status).success);
}

/** Prints the console's address, and waits until Ctrl-C. */
async function showBuilt({ values }: Settings): Promise<boolean> {
  const address = new URL(values["SUPABASE_URL"] ?? "");
  address.port = String(Number(address.port) + 2);
  print(`\nThe console is at ${pc.cyan(address.origin)}. Ctrl-C ends this command.`);
  return await new Promise<boolean>(() => setInterval(() => {}, 60_000));
}

async function main(): Promise<boolean> {
  const [first = "", ...rest] = taskArguments(Deno.args);
  if (["--help", "-h"].includes(first)) {
    print(USAGE);
    return true;
  }
  if (!await canRun("npm")) {
    printError(pc.red("npm does not start. Install Node 20.19 or later, which includes npm."));
    return false;
  }
  if (first === "build") {
    await build();
    print(AFTER_BUILD);
    return true;
  }
  if (first === "dev") {
    await installConsole();
    return await withStack(rest, serveSources);
  }
  if (first !== "" && !first.startsWith("-")) {
    printError(`there is no command ${first}\n\n${USAGE}`);
    return false;
  }
  await build();
  return await withStack(first === "" ? [] : [first, ...rest], showBuilt);
}

cleanUpOnSignals();
Deno.exit(await main() ? 0 : 1);
