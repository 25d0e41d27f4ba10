/**
 * `deno task mutate`: makes small mistakes (mutants) in the SQL and in the functions, one at a
 * time, and prints those that no test detects. Each area has a floor, the fraction of its mutants
 * that tests must detect. The exit code is 1 if an area is below its floor.
 */
import { parseArgs } from "node:util";
import pc from "picocolors";
import { cleanUpOnSignals, print, taskArguments } from "@farthing/command-line";
import { formatMs } from "../command/format-ms.ts";
import { ROOT } from "../command/root.ts";
import { type Area, FLOORS } from "./mutant.ts";
import type { MutantResult } from "./mutant-results.ts";
import { figuresOf, formatFigures, formatSurvivor } from "./report.ts";
import { runSession } from "./session.ts";

const USAGE = `Usage: deno task mutate [sql] [functions] [locks] [flags]

  --random N      the number of mutants to draw in SQL and in functions (default 100, or
                  0 with --only); for locks, all are drawn unless N is 0
  --seed N        the seed of the draw (default 1)
  --since COMMIT  draw only in lines that are new since this commit
  --only WORD     run only chosen mutants with this text in their file or consequence
  --most N        how many test files to run for each mutant, the nearest first
                  (default all)
  --again         run earlier survivors again
  --fresh         ignore earlier results
  --help          this text

Results are stored in .farthing/mutants.jsonl: an interrupted run continues where it stopped, and a
mutant whose file is unchanged is not run again.`;

const RESULTS = `${ROOT}.farthing/mutants.jsonl`;

const MARKS = { killed: pc.green("killed  "), survived: pc.red("survived"), invalid: "invalid " };

function show({ is, at, says, by, ms }: MutantResult): void {
  print(`${MARKS[is]} ${at}  ${says}  ${pc.dim(`${by} ${formatMs(ms)}`)}`);
}

function read(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      random: { type: "string" },
      seed: { type: "string", default: "1" },
      since: { type: "string" },
      only: { type: "string" },
      most: { type: "string", default: "1000" },
      again: { type: "boolean", default: false },
      fresh: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const areas = (Object.keys(FLOORS) as Area[]).filter((area) =>
    positionals.length === 0 || positionals.includes(area)
  );
  const random = Number(values.random ?? (values.only === undefined ? 100 : 0));
  return { ...values, areas, random, seed: Number(values.seed), most: Number(values.most) };
}

async function main(args: string[]): Promise<void> {
  const options = read(args);
  if (options.help) return print(USAGE);
  cleanUpOnSignals();
  await Deno.mkdir(`${ROOT}.farthing`, { recursive: true });
  if (options.fresh) await Deno.remove(RESULTS).catch(() => {});
  const { results, stale } = await runSession({ ...options, results: RESULTS }, show);
  const survivors = results.filter(({ is }) => is === "survived");
  print(`\n${survivors.map(formatSurvivor).join("\n")}\n`);
  for (const { file, says } of stale) print(pc.yellow(`no longer fits the code: ${file}  ${says}`));
  const figures = figuresOf(results);
  print(formatFigures(figures));
  if (figures.some(({ isEnough }) => !isEnough)) Deno.exit(1);
}

await main(taskArguments(Deno.args));
