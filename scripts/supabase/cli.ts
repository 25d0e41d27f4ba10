/** Runs the real Supabase CLI, in the only version with which the project is tested. */
import { fileURLToPath } from "node:url";
import { canRun } from "../command/program.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const PACKAGE = "supabase@3.1.0";

/** The command that starts the CLI. The CLI's arguments are appended to it. */
export const SUPABASE_CLI = ["npx", "-y", PACKAGE] as const;

/**
 * The arguments that make npx print the path of the CLI's program. npx first installs the program
 * if needed.
 */
const FIND = ["-y", "--package", PACKAGE, "-c", "command -v supabase"];

const decoder = new TextDecoder();

export const hasNpx = () => canRun("npx");

export interface Said {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** Text for the CLI's standard input. Default: no text. */
  readonly input?: string;
}

async function run(
  program: string,
  args: readonly string[],
  { cwd = ROOT, env = {}, input }: RunOptions,
): Promise<Said> {
  const child = new Deno.Command(program, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", DO_NOT_TRACK: "1", ...env },
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (input !== undefined) await new Blob([input]).stream().pipeTo(child.stdin);
  const { success, stdout, stderr } = await child.output();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The output of npx when it looks for the CLI's program. */
let finding: Promise<Said> | undefined;

/**
 * Lets npx find the CLI, and install it first if needed.
 * @returns the output of npx. `path` is the program's path, or undefined if npx has failed: the
 *   next call then starts npx again.
 */
async function find(): Promise<{ said: Said; path: string | undefined }> {
  finding ??= run("npx", FIND, {});
  let path: string | undefined;
  try {
    const said = await finding;
    path = said.success ? said.stdout.trim().split("\n").at(-1) || undefined : undefined;
    return { said: { ...said, success: path !== undefined }, path };
  } finally {
    if (path === undefined) finding = undefined;
  }
}

/**
 * Runs the CLI until it ends. The CLI uses the Supabase account whose access token is in the
 * environment, or else the account that is logged in. npx is used only to find the CLI, and only
 * once, because npx takes as long to start as the CLI. If npx fails, its output is returned. If the
 * CLI's program was removed after npx found it, npx looks for it again.
 */
export async function runSupabase(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Said> {
  const { said, path } = await find();
  if (path === undefined) return said;
  try {
    return await run(path, args, options);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    finding = undefined;
    const again = await find();
    return again.path === undefined ? again.said : await run(again.path, args, options);
  }
}

/**
 * Matches lines that do not name the cause of a failure: npm's warnings, lines with only a link,
 * and hints that the CLI prints after the cause.
 */
const BESIDE_THE_POINT = new RegExp(
  "^(npm (warn|notice)|https?://\\S+$|Try rerunning the command|Make sure your local IP is allowed" +
    "|Connect to your database by setting the env var)",
);

/** Returns the last line of the CLI's output that says what went wrong. */
export function lastWord({ stdout, stderr }: Said): string {
  const lines = `${stdout}\n${stderr}`.split("\n").map((line) => line.trim());
  return lines.findLast((line) => line !== "" && !BESIDE_THE_POINT.test(line)) ?? "no output";
}

function outputOf(args: readonly string[], { success, stdout, stderr }: Said): string {
  if (success) return stdout;
  throw new Error(`supabase ${args.join(" ")} failed: ${stdout}${stderr}`.trim());
}

/**
 * Runs a command that needs no database. Returns its standard output.
 * @throws with all output if the command fails
 */
export async function supabaseLocally(args: string[], input: string, cwd = ROOT): Promise<string> {
  return outputOf(args, await runSupabase(args, { input, cwd }));
}

/**
 * Runs a command against a database. Returns its standard output.
 * @throws with all output if the command fails
 */
export async function supabase(args: string[], databaseUrl: string): Promise<string> {
  const url = new URL(databaseUrl);
  url.searchParams.set("sslmode", "disable");
  const env = { SUPABASE_YES: "1" };
  return outputOf(args, await runSupabase([...args, `--remote=${url.href}`], { env }));
}
