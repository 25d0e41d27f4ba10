/** What crosses a boundary: the scenarios of tests/ against a whole stack, started for them. */
import { findTests, runDenoTests } from "../deno-tests.ts";
import { withStack } from "../stack-process.ts";
import type { Suite } from "../suite.ts";

export const http: Suite = {
  name: "http",
  about: "scenarios, races and faults over HTTP, on a stack of their own",
  async run() {
    const files = await findTests(["tests"]);
    if (files.length === 0) return { rows: [], skipped: [] };
    return await withStack(async (env) => ({
      rows: await runDenoTests({ files, env, flags: ["--no-check"] }),
      skipped: [],
    }));
  },
};
