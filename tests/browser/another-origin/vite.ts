/** A new Vite app, installed with npm from its lockfile and served on localhost. */
import { ROOT } from "../../../scripts/command/root.ts";
import type { World } from "../../support/project/world.ts";

const APP = `${ROOT}tests/browser/app`;
const VITE = "node_modules/vite/bin/vite.js";

async function run(cwd: string, program: string, args: string[]): Promise<void> {
  const command = new Deno.Command(program, { args, cwd, stdout: "piped", stderr: "piped" });
  const { success, stdout, stderr } = await command.output();
  if (success) return;
  const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  throw new Error(`${program} ${args.join(" ")} failed:\n${output}`);
}

/**
 * Runs `use` with a copy of the app and its packages. The copy is needed because Vite and npm write into
 * the app's folder.
 */
export async function withApp<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "farthing-app-" });
  try {
    await run(folder, "cp", ["-R", `${APP}/.`, folder]);
    await run(folder, "npm", ["ci", "--prefer-offline", "--no-audit", "--no-fund"]);
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function addressOf(output: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of output.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const address = /Local:\s+(http:\/\/\S+?)\/\s/.exec(text)?.[1];
    if (address) return address;
  }
  throw new Error(`Vite did not start:\n${text}`);
}

/**
 * Serves an app at localhost:5173 while `use` runs. If the port is taken, Vite takes the next free
 * port. The app's environment contains only the two values that a new user of Farthing copies: the
 * URL and the publishable key.
 */
export function withVite<T>(
  { url, publishableKey }: World,
  folder: string,
  args: string[],
  use: (origin: string) => Promise<T>,
): Promise<T> {
  const env = { VITE_SUPABASE_URL: url, VITE_SUPABASE_PUBLISHABLE_KEY: publishableKey };
  return withServed(folder, args, env, use);
}

/** Serves an app with `env` added to its environment. The app may also have its own `.env`. */
export async function withServed<T>(
  folder: string,
  args: string[],
  env: Record<string, string>,
  use: (origin: string) => Promise<T>,
): Promise<T> {
  await using server = new Deno.Command("node", {
    args: [VITE, ...args],
    cwd: folder,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const [first, rest] = server.stdout.tee();
  const reading = rest.pipeTo(new WritableStream());
  try {
    return await use(await addressOf(first));
  } finally {
    server.kill("SIGTERM");
    await server.status;
    await reading;
  }
}
