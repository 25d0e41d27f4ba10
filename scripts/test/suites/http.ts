/** What crosses a boundary: the scenarios of tests/ against a whole stack, started for them. */
import { findTests, runDenoTests } from "../deno-tests.ts";
import { findChromium } from "../find-chromium.ts";
import { withKeptStack } from "../kept/stack.ts";
import { withStack } from "../stack-process.ts";
import { findRedisServer } from "@farthing/local-stack/redis";
import { needsRedis } from "../needs-redis.ts";
import { hasNpx } from "../../supabase/cli.ts";
import { filesNamed, type Skipped, type Suite, type SuiteResult } from "../suite.ts";
import { ISOLATES } from "./isolates.ts";
import { MONEY_BACK } from "./money-back.ts";

/** What needs a real browser, where there is none. */
const NO_BROWSER: Skipped = {
  what: "tests/browser",
  why: "needs Chromium (Debian: chromium)",
};

/** What needs an app of another origin: it is installed as its maker would, by npm. */
const NO_NPM: Skipped = {
  what: "tests/browser/another-origin",
  why: "needs npm, which comes with Node",
};

/** Folders whose tests count in Redis, or take it away. */
const WITH_REDIS = ["tests/limits", "tests/faults/matrix"];

export const http: Suite = {
  name: "http",
  about: "scenarios, races, faults and a real browser over HTTP, on a stack of their own",
  async run(words) {
    const all = (await findTests(["tests"])).filter((file) =>
      !file.startsWith(MONEY_BACK) && !file.startsWith(ISOLATES)
    );
    const found = filesNamed(words, all);
    if (found.length === 0) return { rows: [], skipped: [] };
    const skipped = [
      ...(findChromium() ? await hasNpx() ? [] : [NO_NPM] : [NO_BROWSER]),
      ...(findRedisServer() ? [] : WITH_REDIS.map(needsRedis)),
    ];
    const files = found.filter((file) => !skipped.some(({ what }) => file.startsWith(`${what}/`)));
    // The faults take the database from under everyone, and alerts hear of everybody's failures: they come
    // by themselves. What looks for traces of all the others comes last.
    const isFault = (file: string) => /^tests\/alerts\/|\/faults(\/|\.test\.ts$)/.test(file);
    const isLast = (file: string) => file.startsWith("tests/leaks/");
    const ownTurn = (file: string) => isFault(file) || isLast(file);
    const how = { flags: ["--no-check"], limitMs: 300_000 };
    const onStack = words.length > 0 ? withKeptStack : withStack<SuiteResult>;
    return await onStack(async (env) => {
      const run = (files: string[], jobs = 1) => runDenoTests({ files, env, jobs, ...how });
      const rows = [
        ...await run(files.filter((file) => !ownTurn(file)), 2),
        ...await run(files.filter(isFault)),
        ...await run(files.filter(isLast)),
      ];
      return { rows, skipped };
    });
  },
};
