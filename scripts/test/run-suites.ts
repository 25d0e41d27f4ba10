/**
 * Runs suites, several at a time. A run in CI that is not full leaves out each suite whose files
 * (`madeOf`) have not changed since the base commit.
 */
import { print } from "@farthing/command-line";
import { tick } from "../command/ticker.ts";
import { baseOfRun, isSameAsBase } from "../test-tools/changes-since-base.ts";
import type { Suite, SuiteResult } from "../test-tools/suite.ts";
import { formatSuite, type Ran } from "./report.ts";

export interface RunRequest {
  words: string[];
  /** Whether the caller named the suites or set CI_FULL=1. */
  isFull: boolean;
}

/**
 * Runs a suite. If the suite throws an error, it counts as failed, whatever it has reported before.
 */
async function runSuite(suite: Suite, { words, isFull }: RunRequest): Promise<SuiteResult> {
  try {
    if (words.length === 0 && !isFull && await isUntouched(suite)) return await untouched();
    return await suite.run(words, isFull);
  } catch (error) {
    const detail = error instanceof Error ? error.stack ?? error.message : String(error);
    const failures = [{ test: "the suite threw an error", detail }];
    return { rows: [{ name: suite.name, passed: 0, failures, ignored: 0, ms: 0 }], skipped: [] };
  }
}

/** Whether no file that the suite depends on has changed since the base commit. */
async function isUntouched({ madeOf }: Suite): Promise<boolean> {
  return madeOf !== undefined && await isSameAsBase(madeOf);
}

async function untouched(): Promise<SuiteResult> {
  const why = `nothing that it depends on has changed since ${await baseOfRun()}`;
  return { rows: [], skipped: [], left: [`all of it, because ${why}`] };
}

/**
 * How many suites run at the same time. Suites spend some of their time waiting, so three of them
 * keep two cores busy.
 */
const LANES = 3;

/** Runs the suites in their order, several at a time, and prints the table of each at its end. */
export async function runSuites(chosen: Suite[], request: RunRequest): Promise<Ran[]> {
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
