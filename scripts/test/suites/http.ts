/**
 * Runs the HTTP tests of tests/ on a stack that is started for them; the fault tests have stacks of
 * their own.
 */
import { findRedisServer } from "@farthing/local-stack/redis";
import { FILES_AT_ONCE, findTests, runDenoTests } from "../../test-tools/deno-tests.ts";
import { IS_FULL } from "../../test-tools/full-run.ts";
import { findChromium } from "../../test-tools/find-chromium.ts";
import { withLongLivedStack } from "../../test-tools/long-lived/stack.ts";
import { needsRedis } from "../../test-tools/needs-redis.ts";
import { withStack } from "../../test-tools/stack-process.ts";
import { hasNpx } from "../../supabase/cli.ts";
import {
  filesNamed,
  type Row,
  type Skipped,
  type Suite,
  type SuiteResult,
} from "../../test-tools/suite.ts";
import { ISOLATES } from "./isolates.ts";
import { longestFirst } from "./longest-first.ts";
import { MONEY_BACK } from "./money-back.ts";
import { CLIENT } from "./packages.ts";
import { QUARTER } from "./quarter.ts";

/** The part that is skipped without a browser. */
const NO_BROWSER: Skipped = {
  what: "tests/browser",
  why: "needs Chromium (Debian: chromium)",
};

/** The part that is skipped without npm, which installs an app of another origin. */
const NO_NPM: Skipped = {
  what: "tests/browser/another-origin",
  why: "needs npm, which comes with Node",
};

/** Folders whose tests use Redis or stop it. */
const WITH_REDIS = ["tests/limits", "tests/faults/matrix"];

/**
 * Fault tests stop services that other tests use. Alert tests count the failures of all tests on
 * their stack. Tests of a shop for businesses change the hosted page of all buyers.
 */
const isFault = (file: string) =>
  /^tests\/(alerts|business|browser\/business)\/|\/faults(\/|\.test\.ts$)/.test(file);

/** Tests that search for leftovers of all other tests, and so run last. */
const isLast = (file: string) => file.startsWith("tests/leaks/");

/**
 * 500 requests at once, each of which needs Redis's answer within 200 ms: other tests on the same
 * stack could make the stack too slow for that.
 */
const isAlone = (file: string) => file === "tests/limits/two-processes.test.ts";

/** Parts that the tests leave out by themselves on a push. */
const LEFT_IN_TESTS = IS_FULL ? [] : [
  "900 of 1,000 bookings of tests/bookings/fees.test.ts",
  "the newest supabase-js in tests/browser/another-origin/journey.test.ts",
];

/** The check for leftovers, which runs on each stack. */
const LEFT_BEHIND = "tests/leaks/left-behind.test.ts";

async function filesHere(): Promise<{ files: string[]; skipped: Skipped[] }> {
  const all = (await findTests(["tests"])).filter((file) =>
    ![MONEY_BACK, ISOLATES, QUARTER, `${CLIENT}/`].some((folder) => file.startsWith(folder))
  );
  const skipped = [
    ...(findChromium() ? await hasNpx() ? [] : [NO_NPM] : [NO_BROWSER]),
    ...(findRedisServer() ? [] : WITH_REDIS.map(needsRedis)),
  ];
  const files = all.filter((file) => !skipped.some(({ what }) => file.startsWith(`${what}/`)));
  return { files, skipped };
}

const run = (files: string[], env: Record<string, string>, processes = 1) =>
  runDenoTests({ files, env, processes, isGroup: true, flags: ["--no-check"], limitMs: 300_000 });

/** Most tests wait for a server most of the time, so three processes fit on two cores. */
const PROCESSES = 3;

/** Runs the named files in turn on the long-lived stack. */
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
  about: "scenarios, races and a real browser over HTTP, on one stack",
  // Words also select fault tests: `http refunds` runs all tests of refunds.
  async run(words) {
    const { files, skipped } = await filesHere();
    if (words.length > 0) return await runNamed(filesNamed(words, files), skipped);
    const chosen = files.filter((file) => !isFault(file));
    const together = chosen.filter((file) => !isLast(file) && !isAlone(file));
    return await withStack(async (env) => {
      const rows = [
        ...await run(longestFirst(together, FILES_AT_ONCE), env, PROCESSES),
        ...await run([...chosen.filter(isAlone), ...chosen.filter(isLast)], env),
      ];
      return { rows, skipped, left: LEFT_IN_TESTS };
    });
  },
};

/** The number of files that each process of `faults` gets. */
const FAULTS_AT_ONCE = 2;

/**
 * Runs files from the queue until the queue is empty. Fault tests never share a stack at the same
 * time.
 */
async function emptied(queue: string[], env: Record<string, string>): Promise<Row[]> {
  const rows: Row[] = [];
  while (queue.length > 0) rows.push(...await run(queue.splice(0, FAULTS_AT_ONCE), env));
  return [...rows, ...await run([LEFT_BEHIND], env)];
}

export const faults: Suite = {
  name: "faults",
  about: "services that fail or are killed, alerts, and settings of all buyers, on two stacks",
  async run(words) {
    const found = (await filesHere()).files.filter(isFault);
    if (words.length > 0) return await runNamed(filesNamed(words, found), []);
    const queue = longestFirst(found, FAULTS_AT_ONCE);
    const onOne = (env: Record<string, string>) => emptied(queue, env);
    const rows = await Promise.all([withStack(onOne), withStack(onOne)]);
    return { rows: rows.flat(), skipped: [] };
  },
};
