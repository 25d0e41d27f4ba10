/** The tests of the two products in packages. A push leaves out the one that has not changed. */
import { findRedisServer } from "@farthing/local-stack/redis";
import { findTests, runDenoTests } from "../../test-tools/deno-tests.ts";
import { fingerprint } from "../../test-tools/kept/fingerprint.ts";
import { KEPT } from "../../test-tools/kept/lock.ts";
import { needsRedis } from "../../test-tools/needs-redis.ts";
import { filesNamed, type Suite, type SuiteResult } from "../../test-tools/suite.ts";
import { ROOT } from "../../command/root.ts";

interface Package {
  name: string;
  about: string;
  /** What its tests judge, from the root: they run again when one of these files has changed. */
  madeOf: string[];
  /** A folder of tests that start a Redis. */
  withRedis?: string;
}

const SHARED = ["packages/command-line", "deno.json", "deno.lock"];
const STRIPE_EMULATOR = "packages/stripe-emulator";
const LOCAL_STACK = "packages/local-stack";

async function run({ name, withRedis }: Package, words: string[]): Promise<SuiteResult> {
  const files = filesNamed(words, await findTests([`packages/${name}`]));
  const left = withRedis !== undefined && findRedisServer() === undefined ? `${withRedis}/` : null;
  const rows = await runDenoTests({
    files: files.filter((file) => left === null || !file.startsWith(left)),
    flags: ["--no-check"], // types are the house's to check, once
  });
  return { rows, skipped: left === null ? [] : [needsRedis(left)] };
}

/** Passed in full on this machine, with nothing skipped. */
function isGreen({ rows, skipped }: SuiteResult): boolean {
  return rows.length > 0 && skipped.length === 0 && rows.every((row) => row.failures.length === 0);
}

/**
 * Whether git knows that CI's push left these alone: since CI_BASE, the commit before the push, or where that
 * is not given since the commit before this one. A checkout without that commit says no.
 */
async function isSameAsBefore(paths: string[]): Promise<boolean> {
  if (Deno.env.get("CI") !== "true") return false;
  const base = Deno.env.get("CI_BASE") ?? "HEAD^";
  const command = new Deno.Command("git", {
    args: ["diff", "--quiet", base, "--", ...paths],
    cwd: ROOT,
    stdout: "null",
    stderr: "null",
  });
  return await command.output().then(({ success }) => success, () => false);
}

function packageSuite(one: Package): Suite {
  const { name, about } = one;
  const madeOf = [...SHARED, ...one.madeOf];
  /** Holds the fingerprint of the files that the last whole run passed with. */
  const record = `${KEPT}/${name}.passed`;
  const unchanged = { rows: [], skipped: [], left: ["all of it: nothing of it has changed"] };
  return {
    name,
    about,
    async run(words, isFull) {
      if (words.length > 0) return await run(one, words);
      const files = await fingerprint(madeOf, () => true);
      const passed = await Deno.readTextFile(record).catch(() => undefined);
      if (!isFull && (passed === files || await isSameAsBefore(madeOf))) return unchanged;
      const result = await run(one, words);
      if (!isGreen(result)) return result;
      await Deno.mkdir(KEPT, { recursive: true });
      await Deno.writeTextFile(record, files);
      return result;
    },
  };
}

export const stripeEmulator = packageSuite({
  name: "stripe-emulator",
  about: "packages/stripe-emulator by the real SDK (when it has changed, or when named)",
  madeOf: [STRIPE_EMULATOR],
});

export const localStack = packageSuite({
  name: "local-stack",
  about:
    "packages/local-stack: its servers, started and killed (when it has changed, or when named)",
  madeOf: [LOCAL_STACK, STRIPE_EMULATOR, "supabase/config.toml", "supabase/migrations"],
  withRedis: `${LOCAL_STACK}/redis`,
});
