/**
 * Runs `deno task example vite` in its own process group, and ends it with Ctrl-C as in a terminal.
 */
import { deepEqual, equal, match } from "node:assert/strict";
import { freeOffset } from "@farthing/local-stack/testing";
import { ROOT } from "../../scripts/command/root.ts";
import { readEnvironment } from "../../scripts/test-tools/stack-process.ts";

/**
 * Returns the address that the app prints. The rest of the output is read, too, so that the app
 * never waits for a reader.
 */
async function addressIn(output: ReadableStream<Uint8Array>): Promise<string> {
  const [first, rest] = output.tee();
  void rest.pipeTo(new WritableStream());
  let text = "";
  for await (const chunk of first.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const address = /Local:\s+(http:\/\/localhost:\d+)/.exec(text)?.[1];
    if (address) return address;
  }
  throw new Error(`the example did not start:\n${text}`);
}

const answers = (url: string): Promise<number | string> =>
  fetch(url).then(async (answer) => {
    await answer.body?.cancel();
    return answer.status;
  }, () => "no answer");

Deno.test({
  name: "deno task example starts the stack and the app together, and Ctrl-C ends both",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const dataDir = await Deno.makeTempDir({ prefix: "farthing-example-" });
    await Deno.chmod(dataDir, 0o755); // The database server's account needs access.
    const flags = ["--offset", String(freeOffset()), "--data", dataDir];
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "scripts/example/main.ts", "vite", ...flags],
        ...["--env-file", `${dataDir}/stack.env`],
      ],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      detached: true,
    }).spawn();
    try {
      const app = await addressIn(child.stdout);
      const project = (await readEnvironment(dataDir))?.SUPABASE_URL ?? "";
      match(await (await fetch(app)).text(), /id="root"/);
      const live = `${project}/functions/v1/health/live`;
      deepEqual([await answers(app), await answers(live)], [200, 200]);
      Deno.kill(-child.pid, "SIGINT");
      equal((await child.status).code, 130);
      deepEqual([await answers(app), await answers(live)], ["no answer", "no answer"]);
    } finally {
      await child[Symbol.asyncDispose]();
      await Deno.remove(dataDir, { recursive: true });
    }
  },
});
