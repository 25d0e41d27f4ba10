/**
 * Runs the functions in isolates that end according to the platform's rules. There is a stack for
 * each set of limits.
 */
import { findTests, runDenoTests } from "../../test-tools/deno-tests.ts";
import { withStack } from "../../test-tools/stack-process.ts";
import { filesNamed, type Row, type Suite } from "../../test-tools/suite.ts";
import { SERVICE } from "./made-of.ts";

export const ISOLATES = "tests/isolates/";

/** Folders of tests, each with the limits of its isolates. */
const RUNS: { folder: string; limits: string }[] = [
  // With the platform's own limits, isolates are replaced all the time, and callers must not
  // notice.
  { folder: "tests/scenarios", limits: "free" },
  // Isolates with short lifetimes end during requests. The time for loading is not counted, because
  // it depends on the machine.
  {
    folder: `${ISOLATES}wall-clock`,
    limits: "free,cpu-soft=600000,cpu-hard=600000,wall=12000,without-boot",
  },
  // The soft limit of processor time equals the hard limit. An isolate is therefore killed before
  // it can retire, and its pending requests break off.
  { folder: `${ISOLATES}processor`, limits: "free,cpu-soft=400,cpu-hard=400,without-boot" },
];

export const isolates: Suite = {
  name: "isolates",
  madeOf: SERVICE,
  about:
    "the scenarios in isolates under the platform's limits; money, chats and jobs under tighter ones",
  async run(words, isFull) {
    if (!isFull) return { rows: [], skipped: [], left: ["all of it"] };
    const rows: Row[] = [];
    for (const { folder, limits } of RUNS) {
      const files = filesNamed(words, await findTests([folder]));
      if (files.length === 0) continue;
      const run = (env: Record<string, string>) =>
        runDenoTests({ files, env, flags: ["--no-check"], limitMs: 300_000 });
      rows.push(...await withStack(run, ["--isolates", limits]));
    }
    return { rows, skipped: [] };
  },
};
