/** Formats the report for a terminal. */
import pc from "picocolors";
import { formatTable } from "@farthing/command-line";
import type { Figure, Verdict } from "./verdict.ts";
import type { ArmRow, Section, StartRow } from "./section.ts";
import {
  amount,
  goalText,
  msText,
  perSecondText,
  rangeText,
  START_TITLES,
  startCells,
  VERDICT_TEXT,
} from "./figure-text.ts";

const COLOURS: Record<Verdict, (text: string) => string> = {
  stretch: pc.green,
  met: pc.green,
  missed: pc.red,
  noisy: pc.yellow,
  broken: pc.red,
};

function figureCells(each: Figure): string[] {
  const { goal, what, spread, unit, verdict } = each;
  return [
    pc.bold(goal),
    what,
    goalText(each),
    amount(spread.median, unit),
    pc.dim(rangeText(each)),
    COLOURS[verdict](VERDICT_TEXT[verdict]),
  ];
}

function armCells(arm: ArmRow): string[] {
  const { name, clients, perSecond, p50, p95, p99, lacks, problems } = arm;
  return [
    name,
    String(clients ?? ""),
    perSecondText(perSecond.median),
    pc.dim(`${perSecondText(perSecond.min)} to ${perSecondText(perSecond.max)}`),
    ...[p50, p95, p99].map(msText),
    problems.length > 0 ? pc.red(problems[0]!) : pc.dim(lacks),
  ];
}

const right = (title: string) => ({ title: pc.dim(title), align: "right" as const });
const left = (title: string) => ({ title: pc.dim(title) });

function formatStarts(starts: StartRow[]): string[] {
  if (starts.length === 0) return [];
  const [name = "", ...figures] = START_TITLES;
  return [formatTable([left(name), ...figures.map(right)], starts.map(startCells))];
}

export function formatReport({ figures, arms, notes, starts = [] }: Section): string {
  const goals = formatTable(
    [left("goal"), left("what"), right("asked"), right("found"), left("range"), left("verdict")],
    figures.map(figureCells),
  );
  const rates = arms.length === 0 ? [] : [formatTable(
    [
      left("arm"),
      right("c"),
      right("per second"),
      left("range"),
      ...["p50 ms", "p95 ms", "p99 ms"].map(right),
      left("does not do"),
    ],
    arms.map(armCells),
  )];
  return [goals, ...rates, ...formatStarts(starts), notes.map((note) => pc.dim(note)).join("\n")]
    .filter((part) => part !== "").join("\n\n");
}
