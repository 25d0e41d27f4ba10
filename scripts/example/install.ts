/**
 * Installs an example with npm as a separate app, which uses the packages that `npm publish` would
 * upload.
 */
import { ROOT } from "../command/root.ts";
import { succeed } from "../command/succeed.ts";
import { fingerprint } from "../test-tools/long-lived/fingerprint.ts";
import { withLock } from "../test-tools/long-lived/lock.ts";

/**
 * The examples, each with the commands that serve its sources and its production build. The Vite
 * examples use the dev server for both, because only the dev server connects the pages with the
 * example's back end. The folder of an example is `examples/<name>`.
 */
const EXAMPLES = {
  vite: { sources: ["vite"], built: ["vite"] },
  next: { sources: ["next", "dev"], built: ["next", "start", "--port", "0"] },
  "thirteen-tasks": {
    sources: ["concurrently", "--raw", "--kill-others", "vite", "node back-end/server.js"],
    built: ["concurrently", "--raw", "--kill-others", "vite", "node back-end/server.js"],
  },
} as const;
export type ExampleName = keyof typeof EXAMPLES;

export const EXAMPLE_NAMES = Object.keys(EXAMPLES) as ExampleName[];

export const folderOf = (name: ExampleName) => `${ROOT}examples/${name}`;

/**
 * Builds the packages and installs the example. Does nothing if the packages, the UI blocks
 * (registry/) and the example's npm dependencies have not changed since the last installation. Only
 * one process installs at a time, because the examples share the built packages.
 *
 * @param onStep called before each long step
 */
export function installExample(
  name: ExampleName,
  onStep: (step: string) => void = () => {},
): Promise<void> {
  return withLock("examples", () => install(name, onStep));
}

async function install(name: ExampleName, onStep: (step: string) => void): Promise<void> {
  const folder = folderOf(name);
  const sources = ["packages/client", "packages/react", "packages/ai", "scripts/client"];
  const blocks = ["registry", "registry.json"];
  const made = await fingerprint([
    ...sources,
    ...blocks,
    ...["package.json", "package-lock.json"].map((file) => `examples/${name}/${file}`),
  ]);
  const record = `${folder}/node_modules/.farthing-made-of`;
  if (await Deno.readTextFile(record).catch(() => "") === made) return;
  onStep("building Farthing's npm packages; about half a minute, once");
  await succeed(Deno.execPath(), ["run", "-A", "scripts/client/build.ts"], ROOT);
  onStep(`installing examples/${name} with npm; about half a minute, once`);
  await succeed("npm", ["ci", "--prefer-offline", "--no-audit", "--no-fund"], folder);
  await succeed("npm", ["run", "blocks", "--if-present"], folder);
  await Deno.writeTextFile(record, made);
}

/** The project's addresses and keys, under the names that the stack's env file uses. */
export type Project = Readonly<Record<string, string | undefined>>;

/** supabase-js on a server needs WebSockets, which Node 20 has only with this flag. */
function nodeOptions(): string {
  const given = Deno.env.get("NODE_OPTIONS") ?? "";
  const { stdout } = new Deno.Command("node", { args: ["--version"] }).outputSync();
  const isOld = new TextDecoder().decode(stdout).startsWith("v20.");
  return isOld ? `${given} --experimental-websocket`.trim() : given;
}

/**
 * Returns the environment variables that tell an example's page and back end which project to use.
 */
export function environmentOf(project: Project): Record<string, string> {
  const { SUPABASE_URL = "", SUPABASE_PUBLISHABLE_KEY = "", SUPABASE_SECRET_KEY = "" } = project;
  const { AI_URL = "", AI_API_KEY = "", PORT } = project;
  return {
    VITE_SUPABASE_URL: SUPABASE_URL,
    VITE_SUPABASE_PUBLISHABLE_KEY: SUPABASE_PUBLISHABLE_KEY,
    NEXT_PUBLIC_SUPABASE_URL: SUPABASE_URL,
    NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: SUPABASE_PUBLISHABLE_KEY,
    ...{ SUPABASE_URL, SUPABASE_SECRET_KEY },
    ...{ OPENAI_BASE_URL: `${AI_URL}/v1`, OPENAI_API_KEY: AI_API_KEY },
    ...PORT !== undefined && { PORT },
    NEXT_TELEMETRY_DISABLED: "1",
    NODE_OPTIONS: nodeOptions(),
  };
}

interface ServeOptions {
  readonly project: Project;
  readonly stdout: "inherit" | "piped";
  /** Whether to serve the production build, if the example has a server for it. */
  readonly isBuilt?: boolean;
}

/** Serves the example. Environment variables tell it which project to use. */
export function serveExample(name: ExampleName, options: ServeOptions): Deno.ChildProcess {
  const { project, stdout, isBuilt = false } = options;
  const [program, ...args] = EXAMPLES[name][isBuilt ? "built" : "sources"];
  const programs = `${folderOf(name)}/node_modules/.bin`;
  return new Deno.Command(`${programs}/${program}`, {
    args,
    cwd: folderOf(name),
    env: {
      ...environmentOf(project),
      PATH: `${programs}:${Deno.env.get("PATH")}`,
      ...stdout === "piped" && { NO_COLOR: "1" },
    },
    stdin: stdout === "piped" ? "null" : "inherit",
    stdout,
    stderr: "inherit",
  }).spawn();
}
