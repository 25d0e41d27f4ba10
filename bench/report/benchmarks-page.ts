/** Writes the report to docs/reference/benchmarks.md. */
import { ROOT } from "../../scripts/command/root.ts";
import { goalsLeft, merge, readPage } from "./earlier-page.ts";
import type { Figure } from "./verdict.ts";
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

Only the ratios can be compared: calls per second depend on this machine. All arms of the debit run on
one server, on databases cloned from one seed (10,000 accounts, more than 5,000 rows in every table,
vacuumed and analyzed). In each round every arm runs in turn, and each round begins with another arm,
except for G10. A ratio compares two arms of the same round. The page shows the median of the rounds
with the least and the greatest value. A figure is refused if its rounds differ by more than 25 % of
the median.

All arms that call SQL have the same client: at most 16 threads. Each thread calls libpq directly with
a prepared statement on a connection of its own. The arm "an empty statement" shows the client's own
limit. The arms draw accounts in the same ways: uniformly, by Zipf's law (exponent 0.99), or always the
same account. In the open loop, calls are due at the moments of a Poisson process, at half of the arm's
full rate, and the latency of a call begins when the call is due.

After every round, the database of each arm must contain exactly what the calls answered, and must pass
the proof (\`farthing.prove()\`; for the floors, sums and counts). An arm that fails counts as 0. The
last column says what an arm leaves out. The benchmark itself contains the floors, and a two-sided
transfer with balances on both accounts, which has no goal:
[bench/database/floors.sql](../../bench/database/floors.sql),
[bench/queue/queue.sql](../../bench/queue/queue.sql).

The queues are filled before the measurement begins, and the arms run jobs until the queues are empty.
Each arm gets the same number of jobs, in the same database, and each job must run exactly once. A row
without c shows one runtime in a process of its own, which chooses its own number of connections:
[bench/queue/runtime.ts](../../bench/queue/runtime.ts).
`;

function startSection(starts: StartRow[]): string {
  if (starts.length === 0) return "";
  return `
## Start of a function

The processor time of the thread that runs JavaScript, from the start of the process to the first answer,
under Deno 2.1.4 with warm caches, as the median of the rounds. On the platform, this time counts towards an
isolate's limit of 2 s.

${table(START_TITLES, starts.map(startCells))}
`;
}

export interface Run {
  section: Section;
  machine: Machine;
  /** The command that repeats the run. */
  command: string;
  /** The goals that were measured. */
  measured: string[];
  /** Whether the run measured all goals, without --only. Such a run replaces all arms of the page. */
  isWhole: boolean;
}

/**
 * Returns the page for a run. The results of goals that the run did not measure are taken from the
 * `earlier` page.
 */
export function pageOf({ section, machine, command, measured, isWhole }: Run, earlier: string) {
  const before = readPage(earlier);
  const parts = merge(
    before,
    {
      figures: section.figures.map(figureCells),
      notes: section.notes,
      arms: section.arms.map(armCells),
      starts: startSection(section.starts ?? []),
    },
    measured,
    isWhole,
  );
  const left = goalsLeft(before, measured);
  const ofEarlier = left.length === 0 ? "" : `- From earlier runs: ${left.join(", ")}.\n`;
  return `# Benchmarks

\`${command}\`

${machine.lines.map((line) => `- ${line}`).join("\n")}
${ofEarlier}
## Goals

${table(["goal", "what", "asked", "found", "range of rounds", "verdict"], parts.figures)}

${parts.notes.map((note) => `- ${note}`).join("\n")}

## Arms

Calls per second with c clients (the least to the greatest round), and milliseconds per call.

${table(["arm", "c", "per second", "p50", "p95", "p99", "does not do"], parts.arms)}
${parts.starts}${METHOD}`;
}

/** Replaces the earlier page with the page for a run, and formats the file. */
export async function writePage(run: Run): Promise<void> {
  const path = `${ROOT}docs/reference/benchmarks.md`;
  await Deno.writeTextFile(path, pageOf(run, await Deno.readTextFile(path)));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", path] }).output();
}
