/**
 * Tests the first live payment and the failures that a launch must notice, on a stack whose Stripe
 * emulator is in live mode.
 */
import { findTests, runDenoTests } from "../../test-tools/deno-tests.ts";
import { withStack } from "../../test-tools/stack-process.ts";
import { filesNamed, type Suite } from "../../test-tools/suite.ts";
import { SERVICE } from "./made-of.ts";

export const LIVE = "tests/live";

export const live: Suite = {
  name: "live",
  madeOf: SERVICE,
  about: "Stripe's live mode: the first purchase, and each failure that a launch must notice",
  async run(words) {
    const files = filesNamed(words, await findTests([LIVE]));
    if (files.length === 0) return { rows: [], skipped: [] };
    const run = (env: Record<string, string>) =>
      runDenoTests({ files, env, flags: ["--no-check"], limitMs: 300_000 });
    return { rows: await withStack(run, ["--live"]), skipped: [] };
  },
};
