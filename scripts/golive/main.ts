/**
 * `deno task golive`: the checks and steps from an empty project to the first live dollar, and back.
 * Each leaves evidence, and a signed report says GO or NO-GO.
 */
import pc from "picocolors";
import { print, printError } from "@farthing/command-line";
import { tick } from "../command/ticker.ts";
import { SettingsError } from "../settings/settings.ts";
import { LOOKS, PAYS, STEPS } from "./commands.ts";
import { requireLive } from "./command/confirm-live.ts";
import { type Options, readOptions, USAGE } from "./command/options.ts";
import { printShown, printVerdict } from "./command/print-run.ts";
import { readProject } from "./command/project.ts";
import { reportOf } from "./core/report.ts";
import { runFolder } from "./core/run-file.ts";
import { runSteps } from "./core/run-steps.ts";
import { isGenuine, sign, type SignedReport } from "./core/sign.ts";

const now = () => new Date();

async function run(options: Options): Promise<boolean> {
  const { command, envFile, isLive, isJson } = options;
  const project = readProject(envFile);
  if (PAYS.includes(command)) await requireLive(project, isLive);
  const ended = await runSteps({
    of: { command, project: project.url, mode: project.mode },
    steps: STEPS[command],
    context: { project, options },
    continues: !options.beginsAnew && !LOOKS.includes(command),
    now,
    onShown: isJson ? () => {} : printShown,
    ...(!isJson && { onStarted: ({ code, title }) => tick(code, title) }),
    goesOn: LOOKS.includes(command),
  });
  const signed = await sign(reportOf(ended, now()));
  const file = options.report ?? `${runFolder()}/report-${command}-${ended.id}.json`;
  await Deno.writeTextFile(file, `${JSON.stringify(signed, null, 2)}\n`);
  if (isJson) print(JSON.stringify(signed));
  else printVerdict(signed.report, file);
  return signed.report.verdict === "GO";
}

async function verify(file: string): Promise<boolean> {
  const signed = JSON.parse(await Deno.readTextFile(file)) as SignedReport;
  const is = await isGenuine(signed).catch(() => false);
  print(is ? pc.green("The report is as it was signed.") : pc.red("The report was changed."));
  return is;
}

async function main(): Promise<boolean> {
  const asked = readOptions(Deno.args);
  if (asked.kind === "help") {
    print(USAGE);
    return true;
  }
  return asked.kind === "verify" ? await verify(asked.file) : await run(asked.options);
}

try {
  Deno.exit(await main() ? 0 : 1);
} catch (error) {
  const isUsage = error instanceof TypeError && "code" in error;
  if (!isUsage && !(error instanceof SettingsError)) throw error;
  printError(isUsage ? `${pc.red(error.message)}\n\n${USAGE}` : pc.red(error.message));
  Deno.exit(2);
}
