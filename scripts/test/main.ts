/**
 * `deno task test [suite …] [word …]`: starts what the suites need, runs the suites, ends what it
 * started, and prints the totals in the last line. The exit code is 1 if a test failed, a suite
 * threw an error, or a suite ran nothing. In CI (CI=true) it is also 1 if a suite or a part of one
 * was skipped.
 */
import pc from "picocolors";
import {
  cleanUpOnSignals,
  formatTable,
  print,
  printError,
  taskArguments,
} from "@farthing/command-line";
import { IS_FULL } from "../test-tools/full-run.ts";
import { endLongLivedServer } from "../test-tools/long-lived/project.ts";
import { endLongLivedStack } from "../test-tools/long-lived/stack.ts";
import {
  formatLeft,
  formatRecap,
  formatSuite,
  formatTotals,
  type Ran,
  totalsOf,
} from "./report.ts";
import { formatMs } from "../command/format-ms.ts";
import type { Suite, SuiteResult } from "../test-tools/suite.ts";
import { suites } from "./suites.ts";
import { tick } from "../command/ticker.ts";

const inCi = Deno.env.get("CI") === "true";

const USAGE = `Usage: deno task test [suite …] [word …]

  suite …    run only these suites, in full. Without a name, run all suites except mutants (and
             house outside of CI), each with the part that a push needs; CI_FULL=1 runs everything
  word …     run only files of the named suites whose path contains a word: database inbox,
             http refunds/races, unit ai. These runs share a server and a stack that stay up
  --end      end the shared server and stack
  --list     print only the list of suites
  --help     print this text`;

function listOfSuites(): string {
  const rows = suites.map(({ name, about }) => [`  ${pc.bold(name)}`, about]);
  return formatTable([{ title: "" }, { title: "" }], rows);
}

/**
 * A suite that runs only in CI or if the user names it. On a developer's machine, `deno task ok`
 * runs the same checks.
 */
const IN_CI = "house";
/** A suite that runs only if the user names it, because it takes eleven minutes. */
const NAMED = "mutants";

/**
 * Returns the named suites. If none is named, returns all suites except NAMED and, outside CI,
 * IN_CI.
 */
function choose(names: string[]): Suite[] {
  return suites.filter(({ name }) =>
    names.length > 0 ? names.includes(name) : name !== NAMED && (inCi || name !== IN_CI)
  );
}

interface RunRequest {
  words: string[];
  /** Whether the caller named the suites or set CI_FULL=1. */
  isFull: boolean;
}

/**
 * Runs a suite. If the suite throws an error, it counts as failed, whatever it has reported before.
 */
async function runSuite(suite: Suite, { words, isFull }: RunRequest): Promise<SuiteResult> {
  try {
    return await suite.run(words, isFull);
  } catch (error) {
    const detail = error instanceof Error ? error.stack ?? error.message : String(error);
    const failures = [{ test: "the suite threw an error", detail }];
    return { rows: [{ name: suite.name, passed: 0, failures, ignored: 0, ms: 0 }], skipped: [] };
  }
}

/**
 * How many suites run at the same time. Suites spend some of their time waiting, so three of them
 * keep two cores busy.
 */
const LANES = 3;

async function runAll(chosen: Suite[], request: RunRequest): Promise<Ran[]> {
  const ran: Ran[] = [];
  const queue = [...chosen];
  const lane = async () => {
    for (let suite = queue.shift(); suite; suite = queue.shift()) {
      const done = tick(suite.name, suite.about);
      const start = performance.now();
      const result = await runSuite(suite, request);
      const one: Ran = { name: suite.name, result, ms: performance.now() - start };
      ran.push(one);
      done();
      print(formatSuite(one) + "\n");
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return ran;
}

async function endLongLived(): Promise<void> {
  await endLongLivedServer();
  await endLongLivedStack();
}

async function main(args: string[]): Promise<void> {
  if (args.includes("--help") || args.includes("-h")) {
    return print(`${USAGE}\n\n${listOfSuites()}`);
  }
  if (args.includes("--list")) return print(listOfSuites());
  if (args.includes("--end")) return await endLongLived();
  const flag = args.find((name) => name.startsWith("-"));
  if (flag) {
    printError(`there is no flag ${flag}\n\n${USAGE}`);
    Deno.exit(2);
  }
  const isSuite = (name: string) => suites.some((suite) => suite.name === name);
  const names = args.filter(isSuite);
  const words = args.filter((name) => !isSuite(name)).map((word) => word.replace(/^\.\//, ""));
  if (words.length > 0 && names.length === 0) {
    const known = suites.map(({ name }) => name).join(", ");
    printError(`put a suite before ${words.join(", ")}; the suites are ${known}`);
    Deno.exit(2);
  }
  cleanUpOnSignals();
  const start = performance.now();
  const ran = await runAll(choose(names), { words, isFull: IS_FULL || names.length > 0 });
  const totals = totalsOf(ran, inCi);
  const recap = formatRecap(ran);
  if (recap && ran.length > 1) print(`${recap}\n`);
  print(pc.dim(`in ${formatMs(performance.now() - start)}`));
  const left = formatLeft(ran);
  if (left) print(left);
  if (names.length === 0 && !inCi) {
    print("not run: house (deno task ok and CI run it)");
  }
  print(formatTotals(totals));
  if (words.length > 0 && totals.passed + totals.failed === 0) {
    printError(`no file of ${names.join(", ")} has ${words.join(" or ")} in its path`);
    Deno.exit(2);
  }
  if (totals.failed > 0) Deno.exit(1);
}

await main(taskArguments(Deno.args));
