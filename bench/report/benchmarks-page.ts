/** Writes the report to docs/reference/benchmarks.md. */
import { ROOT } from "../../scripts/command/root.ts";
import type { Figure } from "./figure.ts";
import type { Machine } from "./machine.ts";
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

function table(head: string[], rows: string[][]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function figureCells(each: Figure): string[] {
  const { goal, what, spread, unit, verdict } = each;
  return [
    goal,
    what,
    goalText(each),
    amount(spread.median, unit),
    rangeText(each),
    VERDICT_TEXT[verdict],
  ];
}

function armCells({ name, clients, perSecond, p50, p95, p99, lacks, problems }: ArmRow): string[] {
  return [
    name,
    String(clients ?? ""),
    `${perSecondText(perSecond.median)} (${perSecondText(perSecond.min)} to ${
      perSecondText(perSecond.max)
    })`,
    ...[p50, p95, p99].map(msText),
    problems[0] ?? lacks,
  ];
}

const METHOD = `
## How it is measured

Ratios count, not figures per second: those are this machine's. All arms run on one server, one after
another inside each round and each round beginning with another arm, on databases cloned from one seed
(10,000 accounts, more than 5,000 rows in every table, vacuumed and analyzed). A ratio is taken within a
round; reported are its median, least and most over the rounds, and a figure whose rounds differ by more
than 25 % of the median is refused.

One client for all arms: threads that call libpq directly with a prepared statement and one connection
each, at most 16; "an empty statement" shows what it can take by itself. The arms draw their accounts
alike: uniformly, by Zipf's law (exponent 0.99), or always the same one. The open loop calls at the moments of
a Poisson process, at half of what the arm can take, and counts from the moment a call was due.

After every round each arm's database has to hold exactly what was answered and to prove itself
(\`farthing.prove()\`, for the floors sums and counts); an arm that does not counts as 0. The last column
says what an arm leaves out. The floors, and the two-sided transfer with balances on both accounts that stands
beside them without a goal, are ours:
[bench/database/floors.sql](../../bench/database/floors.sql),
[bench/queue/queue.sql](../../bench/queue/queue.sql).

The queues are filled before the clock runs and worked off until they are empty, the same number of
jobs by each arm, all in one database. Each job has to have run exactly once. The rows without c are one
runtime in a process of its own, driven as it comes:
[bench/queue/runtime.ts](../../bench/queue/runtime.ts).
`;

function startTable(starts: StartRow[]): string {
  if (starts.length === 0) return "";
  return `
## Start of a function

Processor time of the thread that runs JavaScript, from the start of the process to its first answer, under
Deno 2.1.4 with warm caches; medians of the rounds. The platform counts it against the 2 s of an isolate.

${table(START_TITLES, starts.map(startCells))}
`;
}

/** Writes the page; `command` is the command that repeats the run. */
export async function writePage(
  section: Section,
  machine: Machine,
  command: string,
): Promise<void> {
  const page = `# Benchmarks

\`${command}\`

${machine.lines.map((line) => `- ${line}`).join("\n")}

## Goals

${
    table(
      ["goal", "what", "asked", "found", "range of rounds", "verdict"],
      section.figures.map(figureCells),
    )
  }

${section.notes.map((note) => `- ${note}`).join("\n")}

## Arms

Calls per second (least to most of the rounds) with c clients, and milliseconds per call.

${
    table(
      ["arm", "c", "per second", "p50", "p95", "p99", "does not do"],
      section.arms.map(armCells),
    )
  }
${startTable(section.starts ?? [])}${METHOD}`;
  const path = `${ROOT}docs/reference/benchmarks.md`;
  await Deno.writeTextFile(path, page);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", path] }).output();
}
