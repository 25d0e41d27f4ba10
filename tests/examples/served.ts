/** Serves an example at its own origin, with the stack of the tests as its project. */
import { ok } from "node:assert/strict";
import { ROOT } from "../../scripts/command/root.ts";
import { type ExampleName, installExample, serveExample } from "../../scripts/example/install.ts";
import { runs } from "../client/packed.ts";
import type { World } from "../support/project/world.ts";

async function addressOf(output: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of output.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const address = /Local:\s+(http:\/\/localhost:\d+)/.exec(text)?.[1];
    if (address) return address;
  }
  throw new Error(`the example did not start:\n${text}`);
}

/** Checks the example's types, and builds it for production in a folder that git ignores. */
async function compiles(name: ExampleName): Promise<void> {
  const args = ["run", "build", "--", "--outDir", "node_modules/.built"];
  const { success, output } = await runs("npm", args, { cwd: `${ROOT}examples/${name}` });
  ok(success, output);
}

/** Installs the example, compiles it, and serves it while `use` runs. */
export async function withExample(
  name: ExampleName,
  { url, publishableKey, secretKey }: World,
  use: (origin: string) => Promise<void>,
): Promise<void> {
  await installExample(name);
  await compiles(name);
  const project = {
    SUPABASE_URL: url,
    SUPABASE_PUBLISHABLE_KEY: publishableKey,
    SUPABASE_SECRET_KEY: secretKey,
  };
  await using server = serveExample(name, { project, stdout: "piped" });
  const [first, rest] = server.stdout.tee();
  const reading = rest.pipeTo(new WritableStream());
  try {
    await use(await addressOf(first));
  } finally {
    server.kill("SIGTERM");
    await server.status;
    await reading;
  }
}
