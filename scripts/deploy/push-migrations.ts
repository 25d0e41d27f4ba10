/** Applies migrations and the seed with the CLI's `db push`. */
import { lastWord, runSupabase, type Said } from "../supabase/cli.ts";

interface Target {
  /** The value for the CLI's option `--remote`. */
  readonly remote: string;
  readonly env: Record<string, string>;
}

/**
 * Returns the target with the password in the environment and not in the URL. The URL becomes an
 * argument of a process, and every user of the machine can read arguments with `ps`.
 */
export function targetOf(database: string): Target {
  if (!URL.canParse(database)) return { remote: database, env: {} };
  const url = new URL(database);
  const password = decodeURIComponent(url.password);
  url.password = "";
  // The variable is not SUPABASE_DB_PASSWORD, because the CLI ignores SUPABASE_DB_PASSWORD when it
  // gets a URL.
  return { remote: url.href, env: password === "" ? {} : { PGPASSWORD: password } };
}

/**
 * The CLI's message if the database is reachable only over IPv6. The message names an option that
 * `deploy` does not have.
 */
const WANTS_POOLER = "Pass the project's connection pooler URL with --remote=";
const BY_POOLER =
  "this machine cannot reach the database over IPv6: set DEPLOY_DATABASE_URL to the " +
  "pooler's address (dashboard, Connect)";

/**
 * Returns the CLI's last message. If the message names an option that `deploy` does not have,
 * returns what a user of `deploy` must do instead.
 */
export function reasonOf(said: Said): string {
  const word = lastWord(said);
  return word.startsWith(WANTS_POOLER) ? BY_POOLER : word;
}

/**
 * Runs `db push` with the seed. The seed never changes existing rows, so it can be pushed each
 * time.
 */
async function push(database: string, more: readonly string[]): Promise<string> {
  const { remote, env } = targetOf(database);
  const args = ["db", "push", "--include-seed", ...more, `--remote=${remote}`];
  const said = await runSupabase(args, { env });
  if (said.success) return `${said.stdout}\n${said.stderr}`;
  throw new Error(reasonOf(said));
}

/** Returns the migrations that the project's database lacks. @throws with the CLI's last message */
export async function pendingMigrations(database: string): Promise<string[]> {
  const said = await push(database, ["--dry-run"]);
  return [...new Set(said.match(/\b\d{14}_[a-z0-9_]+\.sql\b/g))];
}

/** Applies the missing migrations. @throws with the CLI's last message */
export async function pushMigrations(database: string): Promise<void> {
  await push(database, ["--yes"]);
}
