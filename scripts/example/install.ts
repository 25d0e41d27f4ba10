/**
 * Installs an example with npm as a separate app, with the packages that `npm publish` would
 * upload.
 */
import { ROOT } from "../command/root.ts";
import { fingerprint } from "../test-tools/long-lived/fingerprint.ts";

/** The examples, each with the command that serves it. Its folder is `examples/<name>`. */
const EXAMPLES = { vite: ["vite"] } as const;
export type ExampleName = keyof typeof EXAMPLES;

export const EXAMPLE_NAMES = Object.keys(EXAMPLES) as ExampleName[];

const folderOf = (name: ExampleName) => `${ROOT}examples/${name}`;

async function succeed(program: string, args: string[], cwd: string): Promise<void> {
  const command = new Deno.Command(program, { args, cwd, stdout: "piped", stderr: "piped" });
  const { success, stdout, stderr } = await command.output();
  if (success) return;
  const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  throw new Error(`${program} ${args.join(" ")} failed:\n${output}`);
}

/** Builds the packages, and installs the example, unless nothing has changed since the last time. */
export async function installExample(name: ExampleName): Promise<void> {
  const folder = folderOf(name);
  const sources = ["packages/client", "packages/react", "scripts/client"];
  const made = await fingerprint([...sources, `examples/${name}/package-lock.json`]);
  const record = `${folder}/node_modules/.farthing-made-of`;
  if (await Deno.readTextFile(record).catch(() => "") === made) return;
  await succeed(Deno.execPath(), ["run", "-A", "scripts/client/build.ts"], ROOT);
  await succeed("npm", ["ci", "--prefer-offline", "--no-audit", "--no-fund"], folder);
  await Deno.writeTextFile(record, made);
}

interface ServeOptions {
  /** The project's addresses and keys, by the names of the stack's env file. */
  readonly project: Readonly<Record<string, string | undefined>>;
  readonly stdout: "inherit" | "piped";
}

/** Serves the example, which finds the project in its environment. */
export function serveExample(name: ExampleName, { project, stdout }: ServeOptions) {
  const [program, ...args] = EXAMPLES[name];
  const { SUPABASE_URL = "", SUPABASE_PUBLISHABLE_KEY = "", SUPABASE_SECRET_KEY = "" } = project;
  return new Deno.Command(`${folderOf(name)}/node_modules/.bin/${program}`, {
    args,
    cwd: folderOf(name),
    env: {
      ...{ VITE_SUPABASE_URL: SUPABASE_URL },
      ...{ VITE_SUPABASE_PUBLISHABLE_KEY: SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY },
      ...stdout === "piped" && { NO_COLOR: "1" },
    },
    stdin: stdout === "piped" ? "null" : "inherit",
    stdout,
    stderr: "inherit",
  }).spawn();
}
