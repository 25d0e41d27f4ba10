/**
 * Serves an example at its own origin. The example's Supabase project is the stack of the tests.
 */
import { ok } from "node:assert/strict";
import { freePort } from "@farthing/local-stack/testing";
import { ROOT } from "../../scripts/command/root.ts";
import {
  environmentOf,
  type ExampleName,
  installExample,
  type Project,
  serveExample,
} from "../../scripts/example/install.ts";
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

/** The settings of the tests' stack, under the variable names of the stack's env file. */
export const projectOf = ({ url, publishableKey, secretKey, aiUrl, aiKey }: World): Project => ({
  ...{ SUPABASE_URL: url, SUPABASE_PUBLISHABLE_KEY: publishableKey },
  ...{ SUPABASE_SECRET_KEY: secretKey, AI_URL: aiUrl, AI_API_KEY: aiKey },
});

/** The flags that let a build write to a folder that git ignores. */
const BUILD_FLAGS: Record<ExampleName, string[]> = {
  vite: ["--", "--outDir", "node_modules/.built"],
  next: [],
  "thirteen-tasks": ["--", "--outDir", "node_modules/.built"],
};

/**
 * Checks the example's types, and builds the example. Next.js compiles the project's URL and key
 * into the build.
 */
async function compiles(name: ExampleName, project: Project): Promise<void> {
  const args = ["run", "build", ...BUILD_FLAGS[name]];
  const options = { cwd: `${ROOT}examples/${name}`, env: environmentOf(project) };
  const { success, output } = await runs("npm", args, options);
  ok(success, output);
}

const made = new Map<ExampleName, Promise<void>>();

/** Installs the example and compiles it, once for all tests of the process. */
export async function makeExample(name: ExampleName, world: World): Promise<void> {
  const make = async () => {
    await installExample(name);
    await compiles(name, projectOf(world));
  };
  if (!made.has(name)) made.set(name, make());
  await made.get(name);
}

/** Serves the example while `use` runs. */
export async function withExample(
  name: ExampleName,
  world: World,
  use: (origin: string) => Promise<void>,
): Promise<void> {
  await makeExample(name, world);
  const project = { ...projectOf(world), PORT: `${freePort()}` };
  await using server = serveExample(name, { project, stdout: "piped", isBuilt: true });
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
