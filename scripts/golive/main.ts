/**
 * `deno task golive`: the steps from an empty project to the first live dollar, and the rollback.
 * Each step records evidence, and a signed report says GO, NO-GO or INCOMPLETE.
 */
import pc from "picocolors";
import { print, printError } from "@farthing/command-line";
import { tick } from "../command/ticker.ts";
import { SettingsError } from "../project/project-settings.ts";
import { checkCall } from "./check-call.ts";
import { GO_ON, LOOKS, mostMsOf, PAYS, STEPS } from "./commands.ts";
import { askedOf, commitHere } from "./command/options-of-run.ts";
import { requireLive } from "./command/confirm-live.ts";
import { type Options, readOptions, USAGE } from "./command/options.ts";
import { printShown, printVerdict } from "./command/print-run.ts";
import { type Project, readProject } from "./command/project.ts";
import { reserveReport, writeReport } from "./command/report-file.ts";
import { verifyReport } from "./command/verify-report.ts";
import { keepPaid, requireEnded } from "./first-dollar/keep-paid.ts";
import { reportOf, type Verdict } from "./core/report.ts";
import { readRun } from "./core/run-file.ts";
import { runSteps } from "./core/run-steps.ts";
import { sign } from "./core/sign.ts";

const now = () => new Date();

const EXIT_CODES: Readonly<Record<Verdict, number>> = { "GO": 0, "NO-GO": 1, "INCOMPLETE": 3 };

/**
 * If the file can't be written, a rollback goes on and writes its report elsewhere. A wrong path
 * must not prevent the rollback from stopping sales.
 */
async function reportFor({ command, report }: Options): Promise<string | undefined> {
  try {
    await reserveReport(report);
    return report;
  } catch (error) {
    if (command !== "rollback" || !(error instanceof SettingsError)) throw error;
    printError(pc.yellow(error.message));
    return undefined;
  }
}

/**
 * Prevents a second purchase. Two commands pay: `full` and `first-dollar`. Before one command
 * starts, stores the purchase of an interrupted run of the other command. For example, `full`
 * stopped at a checkout page, somebody paid there, and now `first-dollar` runs. Also refuses
 * --buy-again if the last run of the same command has an unfinished order.
 */
async function keepPurchases(project: Project, { command, buysAgain }: Options): Promise<void> {
  if (!PAYS.includes(command)) return;
  for (const each of PAYS) {
    const of = { command: each, project: project.url, mode: project.mode };
    const run = await readRun(of).catch(() => undefined);
    if (run === undefined) continue;
    if (each !== command) await keepPaid(project, run, false);
    else if (buysAgain) requireEnded(run);
  }
}

async function run(options: Options): Promise<number> {
  const { command, envFile, isLive, isJson } = options;
  const project = await checkCall(readProject(envFile, command === "rollback"), options);
  if (PAYS.includes(command)) await requireLive(project, isLive);
  const report = await reportFor(options);
  await keepPurchases(project, options);
  let verdict: Verdict = "INCOMPLETE";
  await runSteps({
    of: { command, project: project.url, mode: project.mode },
    steps: STEPS[command],
    context: { project, options },
    continues: !options.beginsAnew && !LOOKS.includes(command),
    resuming: {
      asked: askedOf(options, await commitHere()),
      mostMs: mostMsOf(command),
      isUrgent: command === "rollback",
      buys: PAYS.includes(command),
      onDropped: (dropped) => keepPaid(project, dropped),
    },
    now,
    onShown: isJson ? () => {} : printShown,
    ...(!isJson && { onStarted: ({ code, title }) => tick(code, title) }),
    goesOn: GO_ON.includes(command),
    beginsAgain: LOOKS.includes(command),
    onWarning: (says) => printError(pc.yellow(says)),
    async onEnded(ended) {
      const signed = await sign(reportOf(ended, now()));
      const file = await writeReport(report, signed);
      if (isJson) print(JSON.stringify(signed));
      else printVerdict(signed.report, file);
      verdict = signed.report.verdict;
    },
  });
  return EXIT_CODES[verdict];
}

async function main(): Promise<number> {
  const asked = readOptions(Deno.args);
  if (asked.kind === "help") {
    print(USAGE);
    return 0;
  }
  if (asked.kind === "run") return await run(asked.options);
  return await verifyReport(asked.file, asked.key) ? 0 : 1;
}

try {
  Deno.exit(await main());
} catch (error) {
  const isUsage = error instanceof TypeError && "code" in error;
  if (!isUsage && !(error instanceof SettingsError)) throw error;
  printError(isUsage ? `${pc.red(error.message)}\n\n${USAGE}` : pc.red(error.message));
  Deno.exit(2);
}
