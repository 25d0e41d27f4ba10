/** Migrations and seed, by the CLI's own `db push`. */
import { lastWord, runSupabase } from "../supabase/cli.ts";

/** The seed touches no row that is there, so it goes along each time. */
async function push(database: string, more: readonly string[]): Promise<string> {
  const said = await runSupabase(["db", "push", "--include-seed", ...more, `--remote=${database}`]);
  if (said.success) return `${said.stdout}\n${said.stderr}`;
  // The CLI names the database that it can't reach; its URL holds the password.
  throw new Error(lastWord(said).replaceAll(database, "the database"));
}

/** The migrations that the project's database lacks. @throws with the CLI's last word */
export async function pendingMigrations(database: string): Promise<string[]> {
  const said = await push(database, ["--dry-run"]);
  return [...new Set(said.match(/\b\d{14}_[a-z0-9_]+\.sql\b/g))];
}

/** Applies them. @throws with the CLI's last word */
export async function pushMigrations(database: string): Promise<void> {
  await push(database, ["--yes"]);
}
