/**
 * Simulates a quarter of a year on a separate server. Compares every report with an independent
 * model. Also compares the reports of revenue and payouts with the emulator's balance transactions.
 */
import { findTests, runDenoTests } from "../../test-tools/deno-tests.ts";
import { IS_FULL } from "../../test-tools/full-run.ts";
import { filesNamed, type Suite } from "../../test-tools/suite.ts";
import { SERVICE } from "./made-of.ts";

export const QUARTER = "tests/quarter";

/** The time limit. A quarter takes half a minute on two idle cores. */
const LIMIT_MS = 600_000;

export const quarter: Suite = {
  name: "quarter",
  madeOf: SERVICE,
  about:
    "a quarter of 200 customers (in full four quarters) by the reports, by Stripe and by a model",
  async run(words) {
    const files = filesNamed(words, await findTests([QUARTER]));
    return {
      rows: await runDenoTests({ files, flags: ["--no-check"], limitMs: LIMIT_MS }),
      skipped: [],
      left: IS_FULL ? [] : ["3 of 4 simulated quarters"],
    };
  },
};
