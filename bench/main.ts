/**
 * `deno task bench`: measures the product and its floors (a floor is the least work that any
 * implementation must do), and compares the ratios between them with the goals.
 */
import pc from "picocolors";
import { cleanUpOnSignals, print, printError } from "@farthing/command-line";
import { type BenchServer, withServer } from "./database/bench-server.ts";
import { dismissClients } from "./load/run-clients.ts";
import { measurePaint } from "./measures/console-paint.ts";
import { measureCrashes } from "./measures/crash.ts";
import { measureDebits } from "./measures/debit.ts";
import { measureDisk } from "./measures/bytes-per-debit.ts";
import { measureFinished } from "./measures/finished-jobs.ts";
import { measureGrowth } from "./measures/ledger-growth.ts";
import { measureHolds } from "./measures/open-holds.ts";
import { measureHttp } from "./measures/http.ts";
import { measureInstructions } from "./measures/instructions.ts";
import { measureLimits } from "./measures/rate-limits.ts";
import { measureProof } from "./measures/proof.ts";
import { measureQueue } from "./measures/queue.ts";
import { measureReports } from "./measures/reports.ts";
import { measureStarts } from "./measures/function-start.ts";
import { measureStorm } from "./measures/webhook-storm.ts";
import { measureWire } from "./measures/statements-per-debit.ts";
import { type Options, readOptions, USAGE, UsageError } from "./command/options.ts";
import { describeMachine, type Machine } from "./report/machine.ts";
import { writePage } from "./report/benchmarks-page.ts";
import { createProgress } from "./report/progress.ts";
import type { Section } from "./report/section.ts";
import { formatReport } from "./report/terminal-report.ts";

interface Measure {
  goals: string[];
  /** True for a measure that runs only if --only names one of its goals. */
  isLong?: true;
  run(options: Options, say: (what: string) => void, server: BenchServer): Promise<Section>;
}

const MEASURES: Measure[] = [
  {
    goals: ["G1", "G4", "G5", "G6", "G7"],
    run: (options, say, server) => measureDebits(server, options, say),
  },
  { goals: ["G9"], run: (_, __, server) => measureWire(server) },
  { goals: ["G10", "G12"], run: (options, say) => measureHttp(options, say) },
  { goals: ["G13"], run: (options, say) => measureLimits(options, say) },
  { goals: ["G14"], run: (options, say, server) => measureGrowth(server, options, say) },
  { goals: ["G15"], run: (options, say, server) => measureHolds(server, options, say) },
  { goals: ["G16"], run: (options, say, server) => measureQueue(server, options, say) },
  { goals: ["G17"], run: (options, say, server) => measureFinished(server, options, say) },
  { goals: ["G20"], run: (options, say, server) => measureStorm(server, options, say) },
  { goals: ["G21"], run: (_, say, server) => measureDisk(server, say) },
  { goals: ["G22"], run: (options, say) => measureCrashes(options, say) },
  { goals: ["G23"], run: (options, say) => measureStarts(options, say) },
  {
    goals: ["G24"],
    isLong: true,
    run: (options, say, server) => measureProof(server, options, say),
  },
  { goals: ["G25"], isLong: true, run: (options, say) => measureInstructions(options, say) },
  {
    goals: ["G26"],
    isLong: true,
    run: (options, say, server) => measureReports(server, options, say),
  },
  { goals: ["G27"], isLong: true, run: (options, say) => measurePaint(options, say) },
];

const GOALS = MEASURES.flatMap(({ goals }) => goals);

interface BenchRun {
  section: Section;
  machine: Machine;
  measured: string[];
}

/**
 * Runs all measures on one server. Measures that need a different server, such as the crash
 * measure, start their own.
 */
async function runAll(options: Options, say: (what: string) => void): Promise<BenchRun> {
  return await withServer({ flavour: options.postgres }, say, async (server) => {
    const sections: Section[] = [];
    const measured: string[] = [];
    for (const { goals, isLong, run } of MEASURES) {
      const wanted = goals.filter(isLong ? options.names : options.wants);
      if (wanted.length > 0) sections.push(await run(options, say, server));
      measured.push(...wanted);
    }
    const section: Section = {
      figures: sections.flatMap(({ figures }) => figures),
      arms: sections.flatMap(({ arms }) => arms),
      notes: sections.flatMap(({ notes }) => notes),
      starts: sections.flatMap(({ starts = [] }) => starts),
    };
    return { section, machine: await describeMachine(server), measured };
  });
}

async function main(): Promise<void> {
  const options = readOptions(Deno.args, GOALS);
  if (options === undefined) return print(USAGE);
  cleanUpOnSignals();
  const progress = createProgress();
  const { section, machine, measured } = await runAll(options, progress.say)
    .finally(() => {
      progress.end();
      dismissClients();
    });
  print(machine.lines.map((line) => pc.dim(line)).join("\n"));
  print();
  print(formatReport(section));
  if (options.write) {
    const command = ["deno task bench", ...Deno.args].join(" ");
    const isWhole = GOALS.every(options.wants);
    await writePage({ section, machine, command, measured, isWhole });
    print(pc.dim("\nWritten to docs/reference/benchmarks.md."));
  }
}

await main().catch((error: unknown) => {
  const isUsage = error instanceof UsageError ||
    String((error as { code?: unknown }).code).startsWith("ERR_PARSE_ARGS");
  if (!isUsage) throw error;
  printError(`${pc.red((error as Error).message)}\n\n${USAGE}`);
  Deno.exit(2);
});
