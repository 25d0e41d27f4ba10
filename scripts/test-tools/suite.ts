/** The interface between the runner and a suite of tests. */

export interface Failure {
  test: string;
  /** The first lines of the test's error. */
  detail: string;
}

/** One line of a suite's table: a test file, or a single check. */
export interface Row {
  name: string;
  passed: number;
  failures: Failure[];
  /** Tests that the file itself ignores. */
  ignored: number;
  ms: number;
}

/** A part that this machine could not run, and what the part needs. */
export interface Skipped {
  what: string;
  why: string;
}

export interface SuiteResult {
  rows: Row[];
  skipped: Skipped[];
  /** Parts that only the full run includes: full-run.ts. */
  left?: string[];
}

export interface Suite {
  name: string;
  /** A one-line description for `--list`. */
  about: string;
  /**
   * Runs the whole suite, or only the files that `words` select: filesNamed.
   * @param isFull the caller named the suite, or CI_FULL=1: the suite leaves nothing out
   */
  run(words: string[], isFull: boolean): Promise<SuiteResult>;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * Returns the files whose path contains one of the words at the beginning of a word: `inbox`
 * selects `inbox/inbox.test.sql`, and `ai` does not select `mail`. A whole path is a valid word.
 * Without words, returns all files.
 */
export function filesNamed(words: string[], files: string[]): string[] {
  if (words.length === 0) return files;
  const named = new RegExp(`(?<![A-Za-z0-9])(?:${words.map(escaped).join("|")})`);
  return files.filter((file) => named.test(file));
}

/** Returns a row for one named check. The check passes unless `check` throws. */
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
