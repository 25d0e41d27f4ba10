/** What a suite of tests is to the runner, and what it hands back. */

export interface Failure {
  test: string;
  /** The first lines of what went wrong, as the test said it. */
  detail: string;
}

/** One line of a suite's table: a test file, or a check that stands for itself. */
export interface Row {
  name: string;
  passed: number;
  failures: Failure[];
  /** Tests switched off in the file itself. */
  ignored: number;
  ms: number;
}

/** Something this machine could not run, with what it would take. */
export interface Skipped {
  what: string;
  why: string;
}

export interface SuiteResult {
  rows: Row[];
  skipped: Skipped[];
  /** What is left to the full run: extent.ts. */
  left?: string[];
}

export interface Suite {
  name: string;
  /** One line for `--list`. */
  about: string;
  /**
   * Runs all of it, or of its files only those that `words` name where any are given: filesNamed.
   * @param isFull somebody named the suite, or this is the full run: nothing is left out
   */
  run(words: string[], isFull: boolean): Promise<SuiteResult>;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * The files in whose path one of the words stands, at the beginning of a word there: `inbox` is in
 * `inbox/inbox.test.sql`, and `ai` in no `mail`. A path is such a word, too. All files without a word.
 */
export function filesNamed(words: string[], files: string[]): string[] {
  if (words.length === 0) return files;
  const named = new RegExp(`(?<![A-Za-z0-9])(?:${words.map(escaped).join("|")})`);
  return files.filter((file) => named.test(file));
}

/** A row for one named check: passes unless `check` throws. */
export async function checked(name: string, check: () => Promise<void>): Promise<Row> {
  const start = performance.now();
  const row: Row = { name, passed: 1, failures: [], ignored: 0, ms: 0 };
  try {
    await check();
  } catch (error) {
    row.passed = 0;
    row.failures.push({
      test: name,
      detail: error instanceof Error ? error.message : String(error),
    });
  }
  row.ms = performance.now() - start;
  return row;
}
