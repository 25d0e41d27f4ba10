/** Runs the tests of the packages. A push skips a package that has not changed. */
import { findRedisServer } from "@farthing/local-stack/redis";
import { findTests, runDenoTests } from "../../test-tools/deno-tests.ts";
import { findChromium } from "../../test-tools/find-chromium.ts";
import { IS_FULL } from "../../test-tools/full-run.ts";
import { withLongLivedStack } from "../../test-tools/long-lived/stack.ts";
import { needsRedis } from "../../test-tools/needs-redis.ts";
import { withStack } from "../../test-tools/stack-process.ts";
import { filesNamed, type Skipped, type Suite, type SuiteResult } from "../../test-tools/suite.ts";
import { hasNpx } from "../../supabase/cli.ts";
import { ifChanged } from "./if-changed.ts";

interface Package {
  name: string;
  about: string;
  /**
   * Files that the tests depend on, relative to the repository's root. If one of them has changed,
   * the tests run again.
   */
  madeOf: string[];
  /** The folder of the package's tests; by default the folder of the package. */
  tests?: string;
  /** Whether all tests of the package need npm and Chromium. */
  needsBrowser?: boolean;
  /** The folder of tests that use the package on a stack. */
  onStack?: string;
  /** The beginning of the paths of those tests that need Chromium. */
  withChromium?: string;
  /** The beginnings of the paths of those tests that need npm. */
  withNpm?: string[];
  /** A folder of tests that need Redis. */
  withRedis?: string;
  /** Whether the files in `tests` share one module graph. In a full run each file has its own. */
  isGroup?: boolean;
}

export const SHARED = ["packages/command-line", "deno.json", "deno.lock"];
const STRIPE_EMULATOR = "packages/stripe-emulator";
const LOCAL_STACK = "packages/local-stack";
/**
 * The tests of the UI blocks in registry/. They install the blocks in an app that has nothing else.
 */
export const BLOCKS = "tests/blocks";
/** The tests of the UI blocks on a stack. */
export const BLOCKS_ON_STACK = "tests/blocks-on-stack";
/** The tests of packages/client on a stack. */
export const CLIENT = "tests/client";
/** The tests of packages/react on a stack. They have a process of their own, because they add a DOM. */
export const REACT = "tests/react";
/** The tests of the finished apps of examples/, on a stack. */
export const EXAMPLES = "tests/examples";

/** The tests of the built console, on a stack. */
export const CONSOLE = "tests/console";

/** The tests of examples/thirteen-tasks, on a stack. */
export const THIRTEEN_TASKS = "tests/thirteen-tasks";

/**
 * Returns the parts that this machine can't run. The tests in `apps` need npm, and the tests in
 * `page` need Chromium.
 */
async function missing(apps: string[] = [], page?: string): Promise<Skipped[]> {
  const hasNpm = apps.length === 0 || await hasNpx();
  return [
    ...(!page || findChromium() ? [] : [{ what: page, why: "needs Chromium" }]),
    ...(hasNpm ? [] : apps.map((what) => ({ what, why: "needs npm, which comes with Node" }))),
  ];
}

async function run(one: Package, words: string[]): Promise<SuiteResult> {
  const { name, withRedis, isGroup = false, tests = `packages/${name}` } = one;
  if (one.needsBrowser) {
    const skipped = await missing([tests], tests);
    if (skipped.length > 0) return { rows: [], skipped };
  }
  const files = filesNamed(words, await findTests([tests]));
  const left = withRedis !== undefined && findRedisServer() === undefined ? `${withRedis}/` : null;
  const rows = await runDenoTests({
    files: files.filter((file) => left === null || !file.startsWith(left)),
    flags: ["--no-check"], // The suite `house` checks the types of all files.
    isGroup: isGroup && !IS_FULL,
  });
  const there = await runOnStack(one, words);
  const skipped = left === null ? [] : [needsRedis(left)];
  return { rows: [...rows, ...there.rows], skipped: [...skipped, ...there.skipped] };
}

/** Runs the tests that need a stack. If words select the files, uses the long-lived stack. */
async function runOnStack(
  { onStack, withChromium, withNpm }: Package,
  words: string[],
): Promise<SuiteResult> {
  if (onStack === undefined) return { rows: [], skipped: [] };
  const skipped = await missing(withNpm, withChromium);
  const files = filesNamed(words, await findTests([onStack]))
    .filter((file) => !skipped.some(({ what }) => file.startsWith(what)));
  if (files.length === 0) return { rows: [], skipped };
  const use = async (env: Record<string, string>): Promise<SuiteResult> => ({
    rows: await runDenoTests({
      ...{ files, env, flags: ["--no-check"], isGroup: true },
      limitMs: 300_000, // as over HTTP
    }),
    skipped,
  });
  return await (words.length > 0 ? withLongLivedStack(use) : withStack(use));
}

/** Every package. A test compares the `madeOf` of each package with the imports of its tests. */
export const packages: Package[] = [];

function packageSuite(one: Package): Suite {
  packages.push(one);
  const { name, about } = one;
  const madeOf = [...SHARED, ...one.madeOf];
  return {
    name,
    about,
    run: (words, isFull) =>
      words.length > 0
        ? run(one, words)
        : ifChanged({ name, madeOf, isFull }, () => run(one, words)),
  };
}

export const stripeEmulator = packageSuite({
  name: "stripe-emulator",
  about: "packages/stripe-emulator by the real SDK (when it has changed, or when named)",
  madeOf: [STRIPE_EMULATOR, "packages/client"],
  isGroup: true,
});

export const localStack = packageSuite({
  name: "local-stack",
  about:
    "packages/local-stack: its servers, started and killed (when it has changed, or when named)",
  madeOf: [LOCAL_STACK, STRIPE_EMULATOR, "supabase/config.toml"],
  withRedis: `${LOCAL_STACK}/redis`,
});

export const client = packageSuite({
  name: "client",
  about:
    "packages/client: built, packed, and used in Node, Deno and Chromium on a stack (when it or the " +
    "contract has changed, or when named)",
  // The HTTP contract is listed, because the client's types are generated from it.
  madeOf: [
    ...["packages/client", "packages/react", "packages/ai", CLIENT, "scripts/client"],
    ...["use-the-client", "use-react-and-next"].map((page) => `docs/recipes/${page}.md`),
    "supabase/functions/_shared/contracts",
  ],
  onStack: CLIENT,
  withChromium: `${CLIENT}/browser`,
  withNpm: [`${CLIENT}/package`, `${CLIENT}/react-package`, `${CLIENT}/ai-`],
  isGroup: true,
});

export const examples = packageSuite({
  name: "examples",
  about: "the apps of examples/ in Chromium, on a stack (when they have changed, or when named)",
  madeOf: [
    ...["packages/client", "packages/react", "examples", EXAMPLES, "scripts/example"],
    ...["scripts/client", `${CLIENT}/packed.ts`, "tests/browser/keyboard.ts"],
  ],
  onStack: EXAMPLES,
  withChromium: EXAMPLES,
  withNpm: [EXAMPLES],
  isGroup: true,
});

export const thirteenTasks = packageSuite({
  name: "thirteen-tasks",
  about:
    "examples/thirteen-tasks: all tasks of an app in Chromium, on a stack (when the packages have changed, " +
    "or when named)",
  madeOf: [
    ...["packages/client", "packages/react", "packages/ai", "registry.json", "registry"],
    ...["examples/thirteen-tasks", THIRTEEN_TASKS, EXAMPLES],
    ...["scripts/client", "scripts/example", "scripts/tidy", `${CLIENT}/packed.ts`],
  ],
  onStack: THIRTEEN_TASKS,
  withChromium: THIRTEEN_TASKS,
  withNpm: [THIRTEEN_TASKS],
  isGroup: true,
});

export const react = packageSuite({
  name: "react",
  about: "packages/react: its hooks, in React's strict mode (when it has changed, or when named)",
  madeOf: ["packages/client", "packages/react", REACT, "docs/recipes/use-the-hooks.md"],
  onStack: REACT,
  isGroup: true,
});

export const ai = packageSuite({
  name: "ai",
  about:
    "packages/ai: 90 ways of ending a metered call, and its parts (when it has changed, or when named)",
  madeOf: ["packages/client", "packages/ai", "supabase/functions/_shared/generated/openapi.json"],
  isGroup: true,
});

export const consoleApp = packageSuite({
  name: "console",
  about:
    "apps/console: its pages in Chromium, against the stack (when it has changed, or when named)",
  madeOf: [
    ...["apps/console", "packages/client", "packages/react", "registry", "scripts/console"],
    ...[CONSOLE, "tests/browser/accessibility.ts", "tests/blocks/once.ts", "scripts/screenshots"],
    ...["docs/reference/dashboards.md", "docs/images"],
  ],
  tests: "apps/console",
  onStack: CONSOLE,
  withChromium: CONSOLE,
  withNpm: [CONSOLE],
  isGroup: true,
});

export const blocks = packageSuite({
  name: "blocks",
  about:
    "registry: its blocks, installed in a new app by shadcn's command, and used in Chromium (when they " +
    "have changed, or when named)",
  madeOf: [
    ...["registry.json", "registry", "packages/client", "packages/react", BLOCKS],
    ...["scripts/client", `${CLIENT}/packed.ts`, "tests/browser/keyboard.ts", BLOCKS_ON_STACK],
  ],
  tests: BLOCKS,
  needsBrowser: true,
  onStack: BLOCKS_ON_STACK,
});
