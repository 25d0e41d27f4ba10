/**
 * Runs the HTTP tests in tests/ on a stack that is started for them. The fault tests have stacks of
 * their own.
 */
import { findRedisServer } from "@farthing/local-stack/redis";
import { canRun } from "../../command/program.ts";
import { FILES_AT_ONCE, findTests, runDenoTests } from "../../test-tools/deno-tests.ts";
import { IS_FULL } from "../../test-tools/full-run.ts";
import { findChromium } from "../../test-tools/find-chromium.ts";
import { withLongLivedStack } from "../../test-tools/long-lived/stack.ts";
import { needsRedis } from "../../test-tools/needs-redis.ts";
import { isSameAsBase } from "../../test-tools/changes-since-base.ts";
import { withStack } from "../../test-tools/stack-process.ts";
import { onTwoStacks } from "../../test-tools/two-stacks.ts";
import { hasNpx } from "../../supabase/cli.ts";
import { filesNamed, type Skipped, type Suite, type SuiteResult } from "../../test-tools/suite.ts";
import { GOLIVE } from "./golive.ts";
import { ISOLATES } from "./isolates.ts";
import { LIVE } from "./live.ts";
import { longestFirst } from "./longest-first.ts";
import { SERVICE, SERVICE_AND_LAUNCH } from "./made-of.ts";
import { MONEY_BACK } from "./money-back.ts";
import {
  BLOCKS,
  BLOCKS_ON_STACK,
  CLIENT,
  CONSOLE,
  EXAMPLES,
  REACT,
  THIRTEEN_TASKS,
} from "./packages.ts";
import { QUARTER } from "./quarter.ts";
import { unaffectedTests } from "./unaffected-tests.ts";

/** The part that is skipped if there is no browser. */
const NO_BROWSER: Skipped = {
  what: "tests/browser",
  why: "needs Chromium (Debian: chromium)",
};

/**
 * The part that is skipped if there is no npm. The tests need npm to install an app that runs on
 * another origin.
 */
const NO_NPM: Skipped = {
  what: "tests/browser/another-origin",
  why: "needs npm, which comes with Node",
};

/** The part that is skipped if there is no curl. The runbooks send their requests with curl. */
const NO_CURL: Skipped = { what: "tests/runbooks", why: "needs curl (Debian: curl)" };

/** Folders whose tests need Redis, or stop it. */
const WITH_REDIS = ["tests/limits", "tests/faults/matrix", "tests/runbooks/redis"];

/**
 * Whether a test file needs a stack without other tests. Fault tests stop services that other tests
 * use. Some of them replace the mail service, and would then receive the emails of other tests.
 * Alert tests count the failures of all tests on their stack. Tests of a shop for businesses change
 * Stripe's checkout page for all buyers. The API page's examples start backfills and runners, and
 * cap the spending of a day. The runbooks' commands change settings, start backfills and flush
 * Redis.
 */
const isFault = (file: string) =>
  /^tests\/(alerts|api-page|business|browser\/business|runbooks)\/|\/faults(\/|\.test\.ts$)/
    .test(
      file,
    );

/** Whether a file must run last, because it searches for what all other tests have left behind. */
const isLast = (file: string) => file.startsWith("tests/leaks/");

/**
 * Whether a file must run alone. Only one does: it sends up to 500 requests at once, and Redis must
 * answer each within 200 ms. Other tests on the same stack could slow Redis down.
 */
const isAlone = (file: string) => file === "tests/limits/two-processes.test.ts";

/**
 * Parts of tests that a push leaves out. The code that leaves them out is in the test files. The
 * suite only reports them.
 */
const LEFT_IN_TESTS = IS_FULL ? [] : [
  "900 of 1,000 bookings of tests/bookings/fees.test.ts",
  "96 of 120 orders of delivery in tests/webhooks/orders-of-delivery.test.ts",
  "the newest supabase-js in tests/browser/another-origin/journey.test.ts",
];

/** The test that checks what other tests have left behind. It runs on each stack. */
const LEFT_BEHIND = "tests/leaks/left-behind.test.ts";

async function filesHere(): Promise<{ files: string[]; skipped: Skipped[] }> {
  const all = (await findTests(["tests"])).filter((file) =>
    ![
      MONEY_BACK,
      ISOLATES,
      LIVE,
      `${GOLIVE}/`,
      QUARTER,
      `${CLIENT}/`,
      `${BLOCKS}/`,
      `${BLOCKS_ON_STACK}/`,
      `${EXAMPLES}/`,
      `${REACT}/`,
      `${CONSOLE}/`,
      `${THIRTEEN_TASKS}/`,
    ].some((folder) => file.startsWith(folder))
  );
  const skipped = [
    ...(findChromium() ? await hasNpx() ? [] : [NO_NPM] : [NO_BROWSER]),
    ...(await canRun("curl") ? [] : [NO_CURL]),
    ...(findRedisServer() ? [] : WITH_REDIS.map(needsRedis)),
  ];
  const files = all.filter((file) => !skipped.some(({ what }) => file.startsWith(`${what}/`)));
  return { files, skipped };
}

const run = (files: string[], env: Record<string, string>, processes = 1) =>
  runDenoTests({ files, env, processes, isGroup: true, flags: ["--no-check"], limitMs: 300_000 });

/** Most tests spend their time waiting for a server, so two cores can run three processes. */
const PROCESSES = 3;

/** Runs the named files one after the other on the long-lived stack. */
async function runNamed(found: string[], skipped: Skipped[]): Promise<SuiteResult> {
  if (found.length === 0) return { rows: [], skipped };
  const inTurn = [
    ...found.filter((file) => !isFault(file) && !isLast(file)),
    ...found.filter(isFault),
    ...found.filter(isLast),
  ];
  return await withLongLivedStack(async (env) => ({ rows: await run(inTurn, env), skipped }));
}

export const http: Suite = {
  name: "http",
  madeOf: SERVICE,
  about: "scenarios, races and a real browser over HTTP, on one stack",
  // The words of the command line also select fault tests, although `faults` is a suite of its own.
  // For example, `http refunds` runs all tests of refunds.
  async run(words, isFull) {
    const { files, skipped } = await filesHere();
    if (words.length > 0) return await runNamed(filesNamed(words, files), skipped);
    const left = isFull ? [] : await unaffectedTests();
    const isLeft = (file: string) => left.some((path) => file.startsWith(path));
    const chosen = files.filter((file) => !isFault(file) && !isLeft(file));
    const together = chosen.filter((file) => !isLast(file) && !isAlone(file));
    return await withStack(async (env) => {
      const rows = [
        ...await run(longestFirst(together, FILES_AT_ONCE), env, PROCESSES),
        ...await run([...chosen.filter(isAlone), ...chosen.filter(isLast)], env),
      ];
      return { rows, skipped, left: [...left, ...LEFT_IN_TESTS] };
    });
  },
};

/**
 * Tests of the runbooks whose commands reach a hosted project, restore a dump or switch off sales.
 * They take five minutes. A push runs them if a file that they depend on has changed.
 */
const LAUNCH_RUNBOOKS = "tests/runbooks/launch/";
const LAUNCH_RUNBOOKS_MADE_OF = [
  ...["docs/runbooks", "tests/runbooks", "deno.json"],
  ...["scripts/deploy", "scripts/golive", "scripts/secrets", "scripts/stripe", "scripts/supabase"],
];

/** The number of files that each stack of the suite `faults` gets at a time. */
const FAULTS_AT_ONCE = 2;

export const faults: Suite = {
  name: "faults",
  madeOf: SERVICE_AND_LAUNCH,
  about:
    "services that fail or are killed, alerts, and settings of all buyers, on stacks of their own",
  async run(words, isFull) {
    const found = (await filesHere()).files.filter(isFault);
    if (words.length > 0) return await runNamed(filesNamed(words, found), []);
    const isLaunch = (file: string) => file.startsWith(LAUNCH_RUNBOOKS);
    const files = longestFirst(found.filter((file) => !isLaunch(file)), FAULTS_AT_ONCE);
    // Two fault tests must not run on the same stack at the same time, so each stack has one test
    // process.
    const rows = await onTwoStacks({ files, atOnce: FAULTS_AT_ONCE, last: [LEFT_BEHIND] }, run);
    const isSame = !isFull && await isSameAsBase(LAUNCH_RUNBOOKS_MADE_OF);
    if (isSame) return { rows, skipped: [], left: [LAUNCH_RUNBOOKS] };
    const launched = await withStack((env) => run(found.filter(isLaunch), env));
    return { rows: [...rows, ...launched], skipped: [] };
  },
};
