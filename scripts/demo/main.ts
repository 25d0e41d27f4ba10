/**
 * `deno task demo`: signs up, buys credits, charges a public trace of real requests, and runs the
 * ledger's proof. `deno task demo jobs`: runs jobs and chats, and compares their prices with
 * those computed from the AI provider's list of requests.
 */
import { parseArgs } from "node:util";
import pc from "picocolors";
import { SettingsError } from "../project/project-settings.ts";
import { cleanUpOnSignals, print, printError, taskArguments } from "@farthing/command-line";
import { signUp } from "./shared/buyer.ts";
import { readPackages, readRate } from "./shared/catalogue.ts";
import { expectDemo } from "./trace/expected.ts";
import { playTrace } from "./trace/play-trace.ts";
import { demoJobs } from "./jobs/demo-jobs.ts";
import { createProgress } from "./shared/progress-bar.ts";
import { formatProof, readViolations } from "./shared/proof.ts";
import { withService } from "./shared/reach-stack.ts";
import { formatChecks } from "./shared/checks-table.ts";
import { sendResult } from "./shared/send-result.ts";
import { formatTokensAndTimes } from "./trace/tokens-and-times.ts";
import { DemoError, type Service } from "./shared/service.ts";
import { readFirst2000Requests } from "./trace/read-first-2000-requests.ts";
import { compareTrace } from "./trace/compare-trace.ts";

const USAGE = `Usage: deno task demo [trace | jobs] [--env-file FILE]

  trace  Signs a user up, buys credits on the hosted page, charges 2,000
         requests of a public trace as gpt-4o and proves the ledger (default).
  jobs   Runs three research jobs (one is cancelled, one fails and is retried),
         streams two chats, exports the ledger, compares each charge with
         the provider's own list and proves the ledger. Takes about 40 seconds.

Uses the running stack, or starts a new one. --env-file names a running
stack's env file. The exit code is 1 when a figure differs.`;

const DEMOS = new Map([["trace", demoTrace], ["jobs", demoJobs]]);
const DEFAULT_DEMO = "trace";

const MODEL = "gpt-4o";

/**
 * Runs the demo. Returns false if a figure of the service differs from the computed figure, or the
 * ledger's proof finds a violation.
 */
async function demoTrace(service: Service): Promise<boolean> {
  const trace = readFirst2000Requests();
  const buyer = await signUp(service);
  print(`${buyer.email} signed up at ${service.url}`);
  const packages = await readPackages(buyer);
  const plan = expectDemo(trace, await readRate(buyer, MODEL), packages);
  print(`${packages.length} packages on sale: ${packages.map(({ name }) => name).join(", ")}`);
  print(
    pc.dim(`The trace: ${trace.length} requests, ${plan.credits.toFixed()} credits as ${MODEL}`),
  );
  print();
  const played = await playTrace({
    service,
    buyer,
    model: MODEL,
    trace,
    plan,
    progress: createProgress(trace.length),
    say: print,
  });
  const checks = compareTrace(played, plan);
  const violations = await readViolations(service);
  await sendResult(service, { command: "deno task demo", checks, violations });
  print();
  print(formatChecks(checks));
  print();
  print(formatTokensAndTimes(played, plan));
  print();
  print(formatProof(violations));
  return violations.length === 0 && checks.every(({ equal }) => equal);
}

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    args: taskArguments(Deno.args),
    allowPositionals: true,
    options: { "env-file": { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    print(USAGE);
    return true;
  }
  const [name = DEFAULT_DEMO, ...more] = positionals;
  const demo = DEMOS.get(name);
  if (!demo || more.length > 0) {
    throw new DemoError(`unknown demo ${positionals.join(" ")}: --help lists the demos`);
  }
  cleanUpOnSignals();
  return await withService(values["env-file"], (text) => print(pc.dim(text)), demo);
}

// Ctrl-C makes the pending calls fail. The process must then be ended by the cleanup, not by the
// errors of these calls.
let interrupted = false;
Deno.addSignalListener("SIGINT", () => interrupted = true);

const passed = await main().catch(async (error: unknown) => {
  if (interrupted) await new Promise(() => {});
  const known = error instanceof DemoError || error instanceof SettingsError ||
    isBadFlag(error);
  if (!known) throw error;
  printError(pc.red((error as Error).message));
  if (isBadFlag(error)) printError(`\n${USAGE}`);
  return false;
});
Deno.exit(passed ? 0 : 1);

function isBadFlag(error: unknown): boolean {
  return error instanceof TypeError &&
    String((error as { code?: unknown }).code).startsWith("ERR_PARSE_ARGS");
}
