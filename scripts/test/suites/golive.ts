/**
 * Runs the commands of a launch on a stack in Stripe's live mode. They switch off sales, hold Stripe's
 * deliveries and stop services, so no other test uses this stack.
 */
import { findTests, runDenoTests } from "../../test-tools/deno-tests.ts";
import { IS_FULL } from "../../test-tools/full-run.ts";
import { isSameAsBefore } from "../../test-tools/same-as-before.ts";
import { withStack } from "../../test-tools/stack-process.ts";
import { filesNamed, type Suite } from "../../test-tools/suite.ts";

export const GOLIVE = "tests/golive";

/** The folders that a launch is made of. If none has changed, a push leaves the suite out. */
const MADE_OF = [
  ...["scripts/golive", "scripts/load", "scripts/stripe", "scripts/secrets", "scripts/settings"],
  ...["packages/local-stack", "packages/stripe-emulator", "packages/command-line"],
  ...["supabase/functions", "supabase/migrations", "supabase/farthing_seed.sql"],
  ...[GOLIVE, "tests/support", "deno.json", "deno.lock"],
];

/** Files whose stages last long, because they have traffic: they take five minutes. */
const UNDER_TRAFFIC = [
  `${GOLIVE}/canary-traffic.test.ts`,
  `${GOLIVE}/first-dollar.test.ts`,
];

/** A page of the app, which the preflight asks for. */
const ORIGIN = ["--origin", "http://localhost:3000"];

/** A launch under traffic takes three minutes, and begins anew if the machine is too busy. */
const LIMIT_MS = 720_000;

const LEFT_IN_TESTS = IS_FULL ? [] : ["4 of 5 kills and the restored snapshot of tests/golive"];

export const golive: Suite = {
  name: "golive",
  about:
    "a launch in live mode: killed, with each planted failure, and rolled back (when it has changed, or " +
    "when named)",
  async run(words, isFull) {
    const found = filesNamed(words, await findTests([GOLIVE]));
    if (found.length === 0) return { rows: [], skipped: [] };
    if (!isFull && await isSameAsBefore(MADE_OF)) {
      return { rows: [], skipped: [], left: ["all of it, because it has not changed"] };
    }
    const left = isFull ? [] : UNDER_TRAFFIC;
    const files = found.filter((file) => !left.includes(file));
    const rows = await withStack(
      (env) => runDenoTests({ files, env, flags: ["--no-check"], limitMs: LIMIT_MS }),
      ["--live", ...ORIGIN],
    );
    return { rows, skipped: [], left: [...left, ...LEFT_IN_TESTS] };
  },
};
