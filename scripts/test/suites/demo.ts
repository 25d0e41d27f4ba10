/** The demos as they are typed, on one stack of their own: they judge their figures by their exit code. */
import { lastLines } from "../deno-tests.ts";
import { withStack } from "../stack-process.ts";
import { checked, ROOT, type Suite } from "../suite.ts";

/** What a demo says last when nothing differs; one that stops before it has proved nothing. */
const VERDICTS = {
  trace: /^The ledger proves itself: 0 violations\.$/m,
  jobs: /^All \d+ figures equal .*\nThe ledger proves itself: 0 violations\.$/m,
};

async function play(name: keyof typeof VERDICTS, envFile: string): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "scripts/demo/main.ts", name, "--env-file", envFile],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  if (success && VERDICTS[name].test(new TextDecoder().decode(stdout))) return;
  throw new Error(lastLines(new Uint8Array([...stdout, ...stderr])));
}

export const demo: Suite = {
  name: "demo",
  about:
    "the demos' totals are those on paper and on the provider's list; the ledger proves itself",
  async run() {
    const rows = await withStack(async ({ FARTHING_DATA }) => {
      const envFile = `${FARTHING_DATA}/stack.env`;
      return [
        await checked("the demo plays to its end", () => play("trace", envFile)),
        await checked("the demo of jobs plays to its end", () => play("jobs", envFile)),
      ];
    });
    return { rows, skipped: [] };
  },
};
