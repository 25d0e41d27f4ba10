/** The interface between `deno task test` and a suite of tests. */

export interface Failure {
  test: string;
  /** The error's message, or the last lines that the test's program printed. */
  detail: string;
}

/** One line in a suite's table: a test file, or a single check. */
export interface Row {
  name: string;
  passed: number;
  failures: Failure[];
  /** The number of tests that are marked as ignored in the file. */
  ignored: number;
  ms: number;
}

/**
 * A part of a suite that this machine could not run (`what`), and what the machine lacks (`why`).
 */
export interface Skipped {
  what: string;
  why: string;
}

export interface SuiteResult {
  rows: Row[];
  skipped: Skipped[];
  /** The parts that this run left out, because only a full run includes them (full-run.ts). */
  left?: string[];
}

export interface Suite {
  name: string;
  /** A one-line description for `--list`. */
  about: string;
  /**
   * The files that the suite depends on, as git's pathspecs. If none of these files has changed
   * since the base commit (changes-since-base.ts), the suite is left out. A suite without this list
   * runs for each push.
   */
  madeOf?: readonly string[];
  /**
   * Runs the whole suite, or only the files that `words` select (filesNamed).
   * @param isFull whether all parts of the suite must run, because the caller named the suite or
   *   set CI_FULL=1
   */
  run(words: string[], isFull: boolean): Promise<SuiteResult>;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * Returns the files whose path contains a word that begins with one of the given words. For
 * example, `inbox` selects `inbox/inbox.test.sql`, but `ai` does not select `mail`. A whole path
 * can be given, too. If no words are given, returns all files.
 */
export function filesNamed(words: string[], files: string[]): string[] {
  if (words.length === 0) return files;
  const named = new RegExp(`(?<![A-Za-z0-9])(?:${words.map(escaped).join("|")})`);
  return files.filter((file) => named.test(file));
}

/** Runs a named check and returns its row. The check has passed if `check` does not throw. */
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
