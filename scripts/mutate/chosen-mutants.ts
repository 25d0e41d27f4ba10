/** Mistakes that a person chose, most of them since no test noticed them once: chosen.json. */
import { z } from "zod";
import { ROOT } from "../command/root.ts";
import type { Mutant } from "./mutant.ts";
import { textOf } from "./mutated-files.ts";

const chosenSchema = z.strictObject({
  area: z.enum(["sql", "functions", "locks"]),
  file: z.string(),
  /** Stands in the file exactly once. */
  find: z.string().min(1),
  replace: z.string(),
  /** What it leads to. */
  says: z.string().min(1),
  tests: z.array(z.string()).optional(),
  /** Why it changes nothing: then it is not run, and a drawn mutant like it is not counted. */
  equivalent: z.string().optional(),
});

export type Chosen = z.output<typeof chosenSchema>;

export async function readChosen(): Promise<Chosen[]> {
  const text = await Deno.readTextFile(`${ROOT}scripts/mutate/chosen.json`);
  return z.array(chosenSchema).parse(JSON.parse(text));
}

/** As a mutant of the file as it is now; undefined where the text is not there, or not once. */
export async function place(chosen: Chosen): Promise<Mutant | undefined> {
  const { area, file, find, replace, says, tests } = chosen;
  const text = await textOf(file).catch(() => "");
  const start = text.indexOf(find);
  if (start === -1 || text.includes(find, start + 1)) return;
  return { area, file, start, before: find, after: replace, says, ...(tests && { tests }) };
}
