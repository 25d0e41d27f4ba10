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
    // The faults take the database from under everyone: they come last, by themselves.
    const isFault = (file: string) => file.startsWith("tests/faults/");
    const flags = ["--no-check"];
    return await withStack(async (env) => {
      const rows = [
        ...await runDenoTests({
          files: files.filter((file) => !isFault(file)),
          env,
          flags,
          jobs: 2,
        }),
        ...await runDenoTests({ files: files.filter(isFault), env, flags }),
      ];
      return { rows, skipped: [] };
    });
  },
};
