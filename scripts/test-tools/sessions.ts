/** The tests of two sessions: what one sees and does while the other has not committed. */
import type { Databases } from "@farthing/local-stack/postgres";
import { findTests, runDenoTests } from "./deno-tests.ts";
import { FOLDER } from "./stories.ts";
import type { Row } from "./suite.ts";

/** Beside the stories of their subject; from the root of the repository. */
export const sessionFiles = (): Promise<string[]> => findTests([FOLDER]);

/** Runs one file in a database. */
export async function runSessions(
  server: Databases,
  database: string,
  file: string,
): Promise<Row> {
  const env = { SUPABASE_DB_URL: server.url(database) };
  const [row, ...others] = await runDenoTests({ files: [file], env, flags: ["--no-check"] });
  // An error that belongs to no test is a row of its own.
  return { ...row!, failures: [...row!.failures, ...others.flatMap(({ failures }) => failures)] };
}
