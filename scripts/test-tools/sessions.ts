/**
 * Finds and runs the tests that use two database sessions. They check what one session sees and
 * does before the other session commits.
 */
import type { Databases } from "@farthing/local-stack/postgres";
import { findTests, runDenoTests } from "./deno-tests.ts";
import { FOLDER } from "./pgtap-files.ts";
import type { Row } from "./suite.ts";

/** Returns the paths of the test files, relative to the repository's root. */
export const sessionFiles = (): Promise<string[]> => findTests([FOLDER]);

/** Runs one file in a database. */
export async function runSessions(
  server: Databases,
  database: string,
  file: string,
): Promise<Row> {
  const env = { SUPABASE_DB_URL: server.url(database) };
  const [row, ...others] = await runDenoTests({ files: [file], env, flags: ["--no-check"] });
  // An error outside of all tests has a row of its own. The failures of such rows are added to the
  // file's row.
  return { ...row!, failures: [...row!.failures, ...others.flatMap(({ failures }) => failures)] };
}
