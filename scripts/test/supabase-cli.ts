/** The real Supabase CLI against a database of ours: what a user's own deployment will say. */
import { canRun } from "./program.ts";
import { ROOT } from "./suite.ts";

const CLI = "supabase@3.1.0";
const decoder = new TextDecoder();

export const hasNpx = () => canRun("npx");

/** What a command says that asks no database, with `input` on its standard input. @throws as below */
export async function supabaseLocally(args: string[], input: string, cwd = ROOT): Promise<string> {
  const child = new Deno.Command("npx", {
    args: ["-y", CLI, ...args],
    cwd,
    env: { NO_COLOR: "1", DO_NOT_TRACK: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (success) return decoder.decode(stdout);
  throw new Error(`supabase ${args.join(" ")}: ${decoder.decode(stderr)}`.trim());
}

/** What the command says on standard output. @throws with all it said when it fails. */
export async function supabase(args: string[], databaseUrl: string): Promise<string> {
  const url = new URL(databaseUrl);
  url.searchParams.set("sslmode", "disable");
  const { success, stdout, stderr } = await new Deno.Command("npx", {
    args: ["-y", CLI, ...args, `--remote=${url.href}`],
    cwd: ROOT,
    env: { NO_COLOR: "1", DO_NOT_TRACK: "1", SUPABASE_YES: "1" },
    stdin: "null",
  }).output();
  const said = decoder.decode(stdout);
  if (success) return said;
  throw new Error(`supabase ${args.join(" ")}: ${said}${decoder.decode(stderr)}`.trim());
}
