/**
 * Reads chosen.json: mutants that a person chose, most of them because no test detected them at
 * first.
 */
import { z } from "zod";
import { ROOT } from "../command/root.ts";
import type { Mutant } from "./mutant.ts";
import { textOf } from "./mutated-files.ts";

const chosenSchema = z.strictObject({
  area: z.enum(["sql", "functions", "locks"]),
  file: z.string(),
  /** The text to replace, which the file must contain exactly once. */
  find: z.string().min(1),
  replace: z.string(),
  /** The consequence of the mutant. */
  says: z.string().min(1),
  tests: z.array(z.string()).optional(),
  /**
   * The reason why the change has no effect. A mutant with a reason is not run. If the same mutant
   * is drawn at random, it is not counted.
   */
  equivalent: z.string().optional(),
});

export type Chosen = z.output<typeof chosenSchema>;

export async function readChosen(): Promise<Chosen[]> {
  const text = await Deno.readTextFile(`${ROOT}scripts/mutate/chosen.json`);
  return z.array(chosenSchema).parse(JSON.parse(text));
}

/**
 * Finds the place of a chosen mutant in its file. Returns undefined if the code that the mutant
 * replaces does not occur there exactly once.
 */
export async function place(chosen: Chosen): Promise<Mutant | undefined> {
  const { area, file, find, replace, says, tests } = chosen;
  const text = await textOf(file).catch(() => "");
  const start = text.indexOf(find);
  if (start === -1 || text.includes(find, start + 1)) return;
  return { area, file, start, before: find, after: replace, says, ...(tests && { tests }) };
}
