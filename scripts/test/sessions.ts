/** The tests of supabase/tests/sessions: what one session sees and does while another has not committed. */
import type { Databases } from "../../packages/local-stack/postgres/databases.ts";
import { runDenoTests } from "./deno-tests.ts";
import type { Row } from "./suite.ts";

/** Where they are, from the root of the repository. */
export const SESSIONS = "supabase/tests/sessions";

/** Runs one file in a database. */
export async function runSessions(
  server: Databases,
  database: string,
  file: string,
): Promise<Row> {
  const env = { SUPABASE_DB_URL: server.url(database) };
  const rows = await runDenoTests({ files: [file], env, flags: ["--no-check"] });
  return rows[0]!;
}
