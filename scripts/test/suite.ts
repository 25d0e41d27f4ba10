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
}

export interface Suite {
  name: string;
  /** One line for `--list`. */
  about: string;
  /** Runs all of it, or of its files only those under `paths` where any are given. */
  run(paths: string[]): Promise<SuiteResult>;
}

/** The files under one of the paths, which are relative to the repository; all files without a path. */
export function filesUnder(paths: string[], files: string[]): string[] {
  return paths.length === 0
    ? files
    : files.filter((file) => paths.some((path) => file === path || file.startsWith(`${path}/`)));
}

export const ROOT = new URL("../../", import.meta.url).pathname;

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
