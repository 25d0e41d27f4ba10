/**
 * `deno task test [suite …]`: starts what the suites need, runs them, stops it, and says the sum in the
 * last line. Exit code 1 when a test failed, when a suite fell over or ran nothing, and in CI
 * (environment CI=true) also when one was skipped.
 */
import pc from "picocolors";
import { print, printError } from "../terminal/print.ts";
import { formatTable } from "../terminal/table.ts";
import { cleanUpOnSignals } from "./cleanup.ts";
import { formatMs, formatSuite, type Ran, totalsOf } from "./report.ts";
import type { Suite, SuiteResult } from "./suite.ts";
import { suites } from "./suites.ts";
import { tick } from "./ticker.ts";

const inCi = Deno.env.get("CI") === "true";

/** The suites named; else all, of which `house` is `deno task ok`'s business outside CI. */
function choose(names: string[]): Suite[] {
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    printError(
      `no suite ${unknown.join(", ")}; there are ${suites.map(({ name }) => name).join(", ")}`,
    );
    Deno.exit(2);
  }
  return suites.filter(({ name }) =>
    names.length > 0 ? names.includes(name) : inCi || name !== "house"
  );
}

/** A suite that throws has failed, whatever it did before. */
async function runSuite(suite: Suite): Promise<SuiteResult> {
  try {
    return await suite.run();
  } catch (error) {
    const detail = error instanceof Error ? error.stack ?? error.message : String(error);
    const failures = [{ test: "the suite fell over", detail }];
    return { rows: [{ name: suite.name, passed: 0, failures, ignored: 0, ms: 0 }], skipped: [] };
  }
}

/** Two at a time: tests over HTTP mostly wait, and leave a second suite the better part of two cores. */
async function runAll(chosen: Suite[]): Promise<Ran[]> {
  const ran: Ran[] = [];
  const queue = [...chosen];
  const lane = async () => {
    for (let suite = queue.shift(); suite; suite = queue.shift()) {
      const done = tick(suite.name, suite.about);
      const start = performance.now();
      const result = await runSuite(suite);
      const one: Ran = { name: suite.name, result, ms: performance.now() - start };
      ran.push(one);
      done();
      print(formatSuite(one) + "\n");
    }
  };
  await Promise.all([lane(), lane()]);
  return ran;
}

async function main(): Promise<void> {
  if (Deno.args.includes("--list")) {
    print(
      formatTable(
        [{ title: "" }, { title: "" }],
        suites.map(({ name, about }) => [pc.bold(name), about]),
      ),
    );
    return;
  }
  cleanUpOnSignals();
  const start = performance.now();
  const ran = await runAll(choose(Deno.args));
  const { passed, failed } = totalsOf(ran, inCi);
  print(pc.dim(`in ${formatMs(performance.now() - start)}`));
  print(`${passed} passed, ${failed} failed`);
  if (failed > 0) Deno.exit(1);
}

await main();
