/**
 * The separator between the file and the test's own name in Deno's report of a group of files, for
 * example in `tests/prices/rates.test.ts » a rate is added`.
 */
export const IN_FILE = " » ";

/** The name that is recorded as the running test while a file of a group is loaded. */
export const LOADING = "the file is loaded";

/** The name that is recorded as the running test while no test runs. */
export const NOTHING = "";

/**
 * Splits a name into its file and the test's own name. The file is undefined if the name has none.
 */
export function readName(full: string): { file: string | undefined; name: string } {
  const at = full.indexOf(IN_FILE);
  if (at < 0) return { file: undefined, name: full };
  return { file: full.slice(0, at), name: full.slice(at + IN_FILE.length) };
}
