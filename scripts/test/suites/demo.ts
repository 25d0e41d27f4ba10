/** The demo as it is typed, against a stack of its own: it judges its own figures by its exit code. */
import { lastLines } from "../deno-tests.ts";
import { withStack } from "../stack-process.ts";
import { checked, ROOT, type Suite } from "../suite.ts";

async function play(envFile: string): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "scripts/demo/main.ts", "--env-file", envFile],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(lastLines(new Uint8Array([...stdout, ...stderr])));
}

export const demo: Suite = {
  name: "demo",
  about:
    "the main job on a public trace: its totals are the ones on paper, and the ledger proves itself",
  async run() {
    const name = "the demo plays to its end";
    const row = await withStack(({ FARTHING_DATA }) =>
      checked(name, () => play(`${FARTHING_DATA}/stack.env`))
    );
    return { rows: [row], skipped: [] };
  },
};
