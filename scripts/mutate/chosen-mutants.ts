/**
 * Mistakes that a person chose, most of them because no test noticed them at first. They are in
 * chosen.json.
 */
import { z } from "zod";
import { ROOT } from "../command/root.ts";
import type { Mutant } from "./mutant.ts";
import { textOf } from "./mutated-files.ts";

const chosenSchema = z.strictObject({
  area: z.enum(["sql", "functions", "locks"]),
  file: z.string(),
  /** A text that the file contains exactly once. */
  find: z.string().min(1),
  replace: z.string(),
  /** The consequence of the mistake. */
  says: z.string().min(1),
  tests: z.array(z.string()).optional(),
  /**
   * The reason why the change has no effect. A mutant with a reason is not run, and the same mutant
   * is not counted when it is drawn.
   */
  equivalent: z.string().optional(),
});

export type Chosen = z.output<typeof chosenSchema>;

export async function readChosen(): Promise<Chosen[]> {
  const text = await Deno.readTextFile(`${ROOT}scripts/mutate/chosen.json`);
  return z.array(chosenSchema).parse(JSON.parse(text));
}

/**
 * Returns the mistake as a mutant of the current file; undefined where the text is missing or not
 * unique.
 */
export async function place(chosen: Chosen): Promise<Mutant | undefined> {
  const { area, file, find, replace, says, tests } = chosen;
  const text = await textOf(file).catch(() => "");
  const start = text.indexOf(find);
  if (start === -1 || text.includes(find, start + 1)) return;
  return { area, file, start, before: find, after: replace, says, ...(tests && { tests }) };
}
