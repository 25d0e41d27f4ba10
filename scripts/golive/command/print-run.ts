/** Prints a run for a person: one line for each step, its evidence, and what to do next. */
import pc from "picocolors";
import { print } from "@farthing/command-line";
import { formatMs } from "../../command/format-ms.ts";
import type { Report, Verdict } from "../core/report.ts";
import type { Shown, State } from "../core/step.ts";

const SIGNS: Readonly<Record<State, string>> = {
  ok: pc.green("✓"),
  warning: pc.yellow("!"),
  failed: pc.red("✗"),
  skipped: pc.dim("–"),
};

const VERDICT_COLORS: Readonly<Record<Verdict, (text: string) => string>> = {
  "GO": pc.green,
  "NO-GO": pc.red,
  "INCOMPLETE": pc.yellow,
};

const CODE_WIDTH = 30;

export function printShown(shown: Shown, isFromBefore: boolean): void {
  const { code, state, evidence, fix, ms } = shown;
  const [first = "", ...more] = evidence;
  const time = isFromBefore ? "shown before" : formatMs(ms);
  print(` ${SIGNS[state]} ${pc.bold(code.padEnd(CODE_WIDTH))} ${first} ${pc.dim(`(${time})`)}`);
  const indent = " ".repeat(CODE_WIDTH + 4);
  for (const line of more) print(pc.dim(`${indent}${line}`));
  if (fix !== undefined) print(`${indent}${pc.yellow(fix)}`);
}

export function printVerdict(report: Report, file: string): void {
  const lacking = Object.entries(report.completeness).filter(([, has]) => !has).map(([name]) =>
    name
  );
  const verdict = VERDICT_COLORS[report.verdict](pc.bold(report.verdict));
  print(`\n${verdict}  ${report.command}, ${report.mode} mode, ${report.project}`);
  if (lacking.length > 0) print(pc.dim(`No evidence from: ${lacking.join(", ")}.`));
  print(pc.dim(`The signed report is in ${file}.`));
}
