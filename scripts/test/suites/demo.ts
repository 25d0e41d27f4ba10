/**
 * Runs the demos as a user does, all on the same stack. Each demo checks its own figures, and its
 * exit code says whether they are right.
 */
import { lastLines } from "../../test-tools/deno-process.ts";
import { withStack } from "../../test-tools/stack-process.ts";
import { checked, type Suite } from "../../test-tools/suite.ts";
import { ROOT } from "../../command/root.ts";
import { need, readSettings } from "../../project/project-settings.ts";
import { SERVICE } from "./made-of.ts";

/**
 * The last lines of each demo's output if its figures are right. A demo that stops earlier has
 * proved nothing.
 */
const VERDICTS = {
  trace: /^The ledger proves itself: 0 violations\.$/m,
  jobs: /^All \d+ figures equal .*\nThe ledger proves itself: 0 violations\.$/m,
  load: /^The limiter refused nothing\.[^]*^The ledger proves itself: 0 violations\.$/m,
};

/**
 * The options of a short and slow load test. It shows that the load test works, and does not
 * measure how fast the functions are.
 */
const LOAD = ["--rate", "40", "--seconds", "3", "--people", "10"];

const SCRIPTS: Record<keyof typeof VERDICTS, string[]> = {
  trace: ["scripts/demo/main.ts", "trace"],
  jobs: ["scripts/demo/main.ts", "jobs"],
  load: ["scripts/load/main.ts", ...LOAD],
};

async function play(name: keyof typeof VERDICTS, envFile: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...SCRIPTS[name], "--env-file", envFile],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const printed = new TextDecoder().decode(stdout);
  const passed = success && VERDICTS[name].test(printed);
  if (!passed) throw new Error(lastLines(new Uint8Array([...stdout, ...stderr])));
  return printed;
}

/** @throws if README.md shows a line that the demo does not print */
async function compareWithReadme(printed: string): Promise<void> {
  const [, shown = ""] =
    /^```text\n([^]*?)^```$/m.exec(await Deno.readTextFile(`${ROOT}README.md`)) ?? [];
  const lines = new Set(printed.split("\n"));
  const missing = shown.trimEnd().split("\n").filter((line) => !lines.has(line));
  if (missing.length > 0) {
    throw new Error(`README shows lines that the demo does not print:\n${missing.join("\n")}`);
  }
}

/** @throws if the stack's first page does not show the result of the demo that has just run */
async function compareWithFirstPage(envFile: string): Promise<void> {
  const page = await (await fetch(need(readSettings(envFile), "SUPABASE_URL"))).text();
  const [, equal, figures] = /(\d+) of (\d+) figures are equal\. Violations of the rules: 0\./
    .exec(page) ?? [];
  if (equal === undefined || equal !== figures || !page.includes("requests charged")) {
    throw new Error("the stack's first page does not show the demo's result");
  }
}

export const demo: Suite = {
  name: "demo",
  madeOf: SERVICE,
  about:
    "the demos' totals equal their own computations and the provider's list; the proof finds nothing",
  async run(_words, isFull) {
    const rows = await withStack(async ({ FARTHING_DATA }) => {
      const envFile = `${FARTHING_DATA}/stack.env`;
      const first = await checked(
        "the demo plays to its end, and prints what README shows",
        async () => compareWithReadme(await play("trace", envFile)),
      );
      const shown = await checked(
        "the stack's first page shows the demo's result",
        () => compareWithFirstPage(envFile),
      );
      if (!isFull) return [first, shown];
      return [
        first,
        shown,
        await checked(
          "the demo of jobs plays to its end",
          async () => void await play("jobs", envFile),
        ),
        await checked(
          "a short load test ends without an error",
          async () => void await play("load", envFile),
        ),
      ];
    });
    return { rows, skipped: [], left: isFull ? [] : ["the demo of jobs", "the load test"] };
  },
};
