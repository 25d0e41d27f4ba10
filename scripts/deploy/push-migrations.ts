/** Migrations and seed, by the CLI's own `db push`. */
import { lastWord, runSupabase, type Said } from "../supabase/cli.ts";

interface Target {
  /** As the CLI's `--remote` takes it. */
  readonly remote: string;
  readonly env: Record<string, string>;
}

/** Arguments are in `ps` for everyone on the machine, so a URL's password goes by the environment. */
export function targetOf(database: string): Target {
  if (!URL.canParse(database)) return { remote: database, env: {} };
  const url = new URL(database);
  const password = decodeURIComponent(url.password);
  url.password = "";
  // Not SUPABASE_DB_PASSWORD: beside a URL the CLI does not read it.
  return { remote: url.href, env: password === "" ? {} : { PGPASSWORD: password } };
}

/** What the CLI says where only IPv6 leads to the database: to use a flag that `deploy` does not have. */
const WANTS_POOLER = "Pass the project's connection pooler URL with --remote=";
const BY_POOLER =
  "the database can't be reached from here over IPv6: set DEPLOY_DATABASE_URL to the " +
  "pooler's address (dashboard, Connect)";

/** Why the CLI failed, with a cure that can be followed here. */
export function reasonOf(said: Said): string {
  const word = lastWord(said);
  return word.startsWith(WANTS_POOLER) ? BY_POOLER : word;
}

/** The seed touches no row that is there, so it goes along each time. */
async function push(database: string, more: readonly string[]): Promise<string> {
  const { remote, env } = targetOf(database);
  const args = ["db", "push", "--include-seed", ...more, `--remote=${remote}`];
  const said = await runSupabase(args, { env });
  if (said.success) return `${said.stdout}\n${said.stderr}`;
  throw new Error(reasonOf(said));
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
