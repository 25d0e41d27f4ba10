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
import { formatLeft, formatRecap, formatTotals, totalsOf } from "./report.ts";
import { formatMs } from "../command/format-ms.ts";
import { ofHalf } from "./halves.ts";
import { runSuites } from "./run-suites.ts";
import type { Suite } from "../test-tools/suite.ts";
import { suites } from "./suites.ts";

const inCi = Deno.env.get("CI") === "true";

const USAGE = `Usage: deno task test [suite …] [word …]

  suite …    run only these suites, in full. Without a name, run all suites except mutants (and
             house outside of CI), each with the part that a push needs; CI_FULL=1 runs everything,
             and CI_HALF=1 or 2 half of the suites, for two machines that share a run
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

const HALF = Deno.env.get("CI_HALF");

/**
 * Returns the named suites. If none is named, returns the suites of this machine's half, without
 * NAMED. Outside CI, also leaves out IN_CI.
 */
function choose(names: string[]): Suite[] {
  if (names.length > 0) return suites.filter(({ name }) => names.includes(name));
  return ofHalf(suites, HALF).filter(({ name }) => name !== NAMED && (inCi || name !== IN_CI));
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
  const ran = await runSuites(choose(names), { words, isFull: IS_FULL || names.length > 0 });
  const totals = totalsOf(ran, inCi);
  const recap = formatRecap(ran);
  if (recap && ran.length > 1) print(`${recap}\n`);
  print(pc.dim(`in ${formatMs(performance.now() - start)}`));
  const left = formatLeft(ran);
  if (left) print(left);
  if (names.length === 0 && !inCi) {
    print("not run: house (deno task ok and CI run it)");
  }
  if (names.length === 0 && HALF) {
    print(`not run: the suites of the other half (CI_HALF=${HALF === "1" ? "2" : "1"} runs them)`);
  }
  print(formatTotals(totals));
  if (words.length > 0 && totals.passed + totals.failed === 0) {
    printError(
      `no test file in ${names.join(", ")} has a path that contains ${words.join(" or ")}`,
    );
    Deno.exit(2);
  }
  if (totals.failed > 0) Deno.exit(1);
}

await main(taskArguments(Deno.args));
