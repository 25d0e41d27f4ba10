/** The tests of the two products in packages. A whole local run leaves out what has not changed. */
import { findRedisServer } from "@farthing/local-stack/redis";
import { findTests, runDenoTests } from "../deno-tests.ts";
import { fingerprint } from "../kept/fingerprint.ts";
import { KEPT } from "../kept/lock.ts";
import { needsRedis } from "../needs-redis.ts";
import { filesNamed, type Skipped, type Suite, type SuiteResult } from "../suite.ts";

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

function packageSuite(one: Package): Suite {
  const { name, about, madeOf } = one;
  /** Holds the fingerprint of the files that the last whole run passed with. */
  const record = `${KEPT}/${name}.passed`;
  const unchanged: Skipped = {
    what: "all of it",
    why: `nothing has changed since it passed here; deno task test ${name} runs it`,
  };
  return {
    name,
    about,
    async run(words, isWanted) {
      if (words.length > 0) return await run(one, words);
      const files = await fingerprint([...SHARED, ...madeOf], () => true);
      const passed = await Deno.readTextFile(record).catch(() => undefined);
      if (!isWanted && passed === files) return { rows: [], skipped: [unchanged] };
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
