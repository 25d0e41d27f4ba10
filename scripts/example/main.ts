/**
 * `deno task example <name>`: installs the example, starts the local stack and serves the example,
 * until Ctrl-C ends both. If a stack is already running, the example uses that stack, and Ctrl-C
 * does not end it.
 */
import pc from "picocolors";
import { cleanUpOnSignals, print, printError, taskArguments } from "@farthing/command-line";
import { canRun } from "../command/program.ts";
import { withProcess, withStack } from "../stack/with-stack.ts";
import { EXAMPLE_NAMES, type ExampleName, installExample, serveExample } from "./install.ts";

const USAGE = `Usage: deno task example ${EXAMPLE_NAMES.join(" | ")} [flags of deno task start]

Installs the example with npm, and serves it together with the local stack. Ctrl-C ends both.
If a stack already runs, the example uses it.`;

async function main(): Promise<boolean> {
  const [name = "", ...flags] = taskArguments(Deno.args);
  if (!(EXAMPLE_NAMES as string[]).includes(name)) {
    print(USAGE);
    return name === "--help" || name === "-h";
  }
  if (!await canRun("npm")) {
    printError(
      pc.red("npm is missing. Install Node 20.19 or later, which has npm, and try again."),
    );
    return false;
  }
  await installExample(name as ExampleName, (step) => print(pc.dim(step)));
  return await withStack(flags, async ({ values }) => {
    const app = serveExample(name as ExampleName, { project: values, stdout: "inherit" });
    return await withProcess(app, async () => (await app.status).success);
  });
}

cleanUpOnSignals();
Deno.exit(await main() ? 0 : 1);
