/**
 * Compares the ledger with an independent model of it, after histories of refunds and disputes.
 * Some histories are written by hand, and the others are random.
 */
import { findTests, runDenoTests } from "../../test-tools/deno-tests.ts";
import { IS_FULL } from "../../test-tools/full-run.ts";
import { filesNamed, type Suite } from "../../test-tools/suite.ts";
import { SERVICE } from "./made-of.ts";

export const MONEY_BACK = "tests/money-back";

/** The time limit is one hour, because one test runs up to 10,000 histories. */
const LIMIT_MS = 3_600_000;

export const moneyBack: Suite = {
  name: "money-back",
  madeOf: SERVICE,
  about:
    "refunds, disputes and 1,000 (in full 10,000) random histories against an independent model",
  async run(words) {
    const files = filesNamed(words, await findTests([MONEY_BACK]));
    return {
      rows: await runDenoTests({ files, flags: ["--no-check"], limitMs: LIMIT_MS }),
      skipped: [],
      left: IS_FULL ? [] : ["9,000 of 10,000 random histories"],
    };
  },
};
