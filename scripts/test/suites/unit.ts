/**
 * Runs the unit tests of the functions (through `app.request()`), the scripts, the benchmarks and
 * packages/command-line. Each test starts the services that it needs.
 */
import { findTests, runDenoTests } from "../../test-tools/deno-tests.ts";
import { IS_FULL } from "../../test-tools/full-run.ts";
import { isSameAsBase } from "../../test-tools/changes-since-base.ts";
import { filesNamed, type Suite } from "../../test-tools/suite.ts";
import { TESTED_FUNCTIONS } from "./made-of.ts";

/**
 * Tests that start the test runner a dozen times. They test code that is used only if the user
 * names test files.
 */
const LONG_LIVED = "scripts/test-tools/long-lived/";

/** The code that runs test files, and its tests, which start `deno test` dozens of times. */
const RUNNER = "scripts/test-tools/";
const OF_RUNNER = `${RUNNER}deno-tests.test.ts`;

const FUNCTIONS = "supabase/functions/";

/**
 * Parts of tests that a push leaves out. The code that leaves them out is in the test files. The
 * suite only reports them.
 */
const LEFT_IN_TESTS = IS_FULL ? [] : ["three quarters of each text of privacy/hostile.test.ts"];

export const unit: Suite = {
  name: "unit",
  about: "functions, scripts and benchmarks by themselves",
  async run(words, isFull) {
    const found = filesNamed(
      words,
      await findTests(["supabase/functions", "scripts", "bench", "packages/command-line"]),
    );
    const isRunnerLeft = !isFull && await isSameAsBase([RUNNER, "deno.json"]);
    const areFunctionsLeft = !isFull && await isSameAsBase(TESTED_FUNCTIONS);
    const isLeft = (file: string) =>
      !isFull && file.startsWith(LONG_LIVED) || isRunnerLeft && file === OF_RUNNER;
    const isOfFunctions = (file: string) => areFunctionsLeft && file.startsWith(FUNCTIONS);
    const files = found.filter((file) => !isLeft(file) && !isOfFunctions(file));
    return {
      // A push loads all files as one group. If each file were loaded alone, each would need a
      // worker of 80 MB and would compile its modules again, which takes longer than its tests. The
      // types are not checked here, because the suite `house` checks the types of all files.
      rows: await runDenoTests({ files, flags: ["--no-check"], isGroup: !IS_FULL }),
      skipped: [],
      left: [
        ...found.filter(isLeft),
        ...areFunctionsLeft ? [FUNCTIONS] : LEFT_IN_TESTS,
      ],
    };
  },
};
