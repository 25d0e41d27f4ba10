/**
 * The static gates, the quick ones first. Each is a command that exits with 0 if it finds nothing
 * wrong.
 */

export interface Gate {
  name: string;
  /** The arguments for the Deno that runs this script. */
  args: string[];
}

export interface Passage {
  passed: boolean;
  /** Everything that the command printed. It has colours if the caller asked for them. */
  output: string;
  ms: number;
}

/**
 * The folders whose types are checked. The examples are not listed: the test of each example checks
 * it with the example's own compiler.
 */
export const CHECKED = ["bench", "packages", "scripts", "supabase", "tests"];

export const gates: Gate[] = [
  { name: "fmt", args: ["fmt", "--check", "--quiet"] },
  { name: "lint", args: ["lint", "--quiet"] },
  { name: "check", args: ["check", "--quiet", ...CHECKED] },
  { name: "tidy", args: ["task", "--quiet", "tidy"] },
  { name: "schema", args: ["task", "--quiet", "schema", "--check"] },
  { name: "types", args: ["task", "--quiet", "types", "--check"] },
  { name: "openapi", args: ["task", "--quiet", "openapi", "--check"] },
];

export async function runGate({ args }: Gate, colored: boolean): Promise<Passage> {
  const start = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: new URL("../../", import.meta.url).pathname,
    env: colored ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" },
  }).output();
  const output = new TextDecoder().decode(new Uint8Array([...stdout, ...stderr]));
  return { passed: success, output, ms: performance.now() - start };
}
