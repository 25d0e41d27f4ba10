/**
 * Finds the lines that are new since a commit. New code has the most mistakes and the fewest tests.
 */
import { ROOT } from "../command/root.ts";
import { lineNumber, type Mutant } from "./mutant.ts";
import { textOf } from "./mutated-files.ts";

/** Returns the line numbers that a diff adds, by file. The diff must have no context lines. */
export function linesAdded(diff: string): Map<string, Set<number>> {
  const added = new Map<string, Set<number>>();
  let lines = new Set<number>();
  for (const line of diff.split("\n")) {
    const file = /^\+\+\+ b\/(.*)$/.exec(line)?.[1];
    if (file !== undefined) added.set(file, lines = new Set());
    const [, start, count = "1"] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    for (let nr = 0; start !== undefined && nr < Number(count); nr++) lines.add(Number(start) + nr);
  }
  return added;
}

/** Returns a function that says whether a mutant begins in a line that is new since a commit. */
export async function findChanged(
  commit: string,
): Promise<(mutant: Mutant) => Promise<boolean>> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["diff", "--unified=0", "--no-color", "--no-ext-diff", "--end-of-options", commit, "--"],
    cwd: ROOT,
  }).output();
  if (!success) {
    throw new Error(`git cannot compare with ${commit}: ${new TextDecoder().decode(stderr)}`);
  }
  const added = linesAdded(new TextDecoder().decode(stdout));
  return async (mutant) =>
    added.get(mutant.file)?.has(lineNumber(await textOf(mutant.file), mutant)) ?? false;
}
