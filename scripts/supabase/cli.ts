/** The real Supabase CLI, in the one version that everything here is tried with. */
import { fileURLToPath } from "node:url";
import { canRun } from "../command/program.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The command before its own arguments. */
const SUPABASE_CLI = ["npx", "-y", "supabase@3.1.0"] as const;

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
  /** For its standard input; without it the CLI is asked nothing and asks nothing. */
  readonly input?: string;
}

/** Runs the CLI to its end; the account is the environment's, or the one that is logged in. */
export async function runSupabase(
  args: readonly string[],
  { cwd = ROOT, env = {}, input }: RunOptions = {},
): Promise<Said> {
  const [program, ...own] = SUPABASE_CLI;
  const child = new Deno.Command(program, {
    args: [...own, ...args],
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

/** npm's own warnings, a link alone, and the hints that the CLI gives after the cause. */
const BESIDE_THE_POINT = new RegExp(
  "^(npm (warn|notice)|https?://\\S+$|Try rerunning the command|Make sure your local IP is allowed" +
    "|Connect to your database by setting the env var)",
);

/** The CLI's last line that says what went wrong. */
export function lastWord({ stdout, stderr }: Said): string {
  const lines = `${stdout}\n${stderr}`.split("\n").map((line) => line.trim());
  return lines.findLast((line) => line !== "" && !BESIDE_THE_POINT.test(line)) ?? "no output";
}

function outputOf(args: readonly string[], { success, stdout, stderr }: Said): string {
  if (success) return stdout;
  throw new Error(`supabase ${args.join(" ")}: ${stdout}${stderr}`.trim());
}

/** What a command says on standard output that asks no database. @throws with all it said when it fails */
export async function supabaseLocally(args: string[], input: string, cwd = ROOT): Promise<string> {
  return outputOf(args, await runSupabase(args, { input, cwd }));
}

/** What a command against a database says on standard output. @throws with all it said when it fails */
export async function supabase(args: string[], databaseUrl: string): Promise<string> {
  const url = new URL(databaseUrl);
  url.searchParams.set("sslmode", "disable");
  const env = { SUPABASE_YES: "1" };
  return outputOf(args, await runSupabase([...args, `--remote=${url.href}`], { env }));
}
