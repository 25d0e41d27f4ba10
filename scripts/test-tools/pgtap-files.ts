/** Finds and reads the pgTAP files in supabase/tests. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../command/root.ts";

/** The folder of the files, relative to the repository's root. */
export const FOLDER = "supabase/tests";

/** Returns the files as `<subject>/<what>.test.sql`, grouped by subject like the schema files. */
export const pgtapFiles = (): string[] =>
  globSync("*/*.test.sql", { cwd: `${ROOT}${FOLDER}` }).sort();

/**
 * Returns the text of a file. As in psql, each line `\ir file` is replaced by the content of the
 * file that it names.
 */
export async function readPgtapFile(file: string): Promise<string> {
  const path = `${ROOT}${FOLDER}/${file}`;
  const text = await Deno.readTextFile(path);
  const included = [...text.matchAll(/^\\ir (\S+)$/gm)].map((match) => match[1]!);
  const helpers = await Promise.all(
    included.map((helper) => Deno.readTextFile(join(path, "..", helper))),
  );
  return text.replace(/^\\ir \S+$/gm, () => helpers.shift()!);
}
