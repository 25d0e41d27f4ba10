/**
 * Runs the commands of a launch on two stacks in Stripe's live mode. The commands switch off sales,
 * hold back Stripe's deliveries and stop services, so no other test uses these stacks.
 */
import { findTests, runDenoTests } from "../../test-tools/deno-tests.ts";
import { IS_FULL } from "../../test-tools/full-run.ts";
import { filesNamed, type Suite, type SuiteResult } from "../../test-tools/suite.ts";
import { onTwoStacks } from "../../test-tools/two-stacks.ts";
import { ifChanged } from "./if-changed.ts";
import { longestFirst } from "./longest-first.ts";

export const GOLIVE = "tests/golive";

/**
 * The commands of a launch, their tests, both emulators, and the API that the commands call. If none
 * of it has changed, a push leaves the suite out.
 */
const MADE_OF = [
  ...["scripts/golive", "scripts/load", "scripts/stripe", "scripts/secrets", "scripts/project"],
  ...["packages/local-stack", "packages/stripe-emulator", "packages/command-line"],
  ...["supabase/functions/_shared/contracts", "supabase/functions/_shared/generated"],
  ...[GOLIVE, "tests/support", "deno.json", "deno.lock"],
];

/** Tests of a launch under traffic, which together take five minutes. */
const UNDER_TRAFFIC = [
  `${GOLIVE}/canary-traffic.test.ts`,
  `${GOLIVE}/first-dollar.test.ts`,
];

/** The origin of the app's pages, which the preflight requires. */
const ORIGIN = ["--origin", "http://localhost:3000"];

/**
 * The time limit of a test. A launch under traffic takes three minutes. On a machine that is too
 * busy, the test starts the launch again.
 */
const LIMIT_MS = 720_000;

const LEFT_IN_TESTS = IS_FULL ? [] : ["4 of 5 kills and the restored snapshot of tests/golive"];

async function run(files: string[], left: string[]): Promise<SuiteResult> {
  if (files.length === 0) return { rows: [], skipped: [] };
  const rows = await onTwoStacks(
    { files: longestFirst(files, 1), atOnce: 1, flags: ["--live", ...ORIGIN] },
    (some, env) => runDenoTests({ files: some, env, flags: ["--no-check"], limitMs: LIMIT_MS }),
  );
  return { rows, skipped: [], left };
}

export const golive: Suite = {
  name: "golive",
  about:
    "a launch in live mode: killed, with each planted failure, and rolled back (when it has changed, or " +
    "when named)",
  async run(words, isFull) {
    const files = await findTests([GOLIVE]);
    if (words.length > 0) return await run(filesNamed(words, files), []);
    const left = isFull ? [] : UNDER_TRAFFIC;
    return await ifChanged(
      { name: "golive", madeOf: MADE_OF, isFull },
      () => run(files.filter((file) => !left.includes(file)), [...left, ...LEFT_IN_TESTS]),
    );
  },
};
