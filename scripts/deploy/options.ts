/** Reads the options of `deno task deploy`. */
import { parseArgs } from "node:util";
import { SettingsError } from "../project/project-settings.ts";
import { taskArguments } from "@farthing/command-line";
import { databaseOf } from "./database-url.ts";

export const USAGE = `Usage: deno task deploy --project REF [options]

Checks, asks, then deploys to a hosted project: migrations and seed, secrets, functions as one
file each, and a smoke test. Nothing is changed when a check fails.

  --project REF        the project's reference: 20 lowercase letters
  --dry-run            run the checks and show the plan; change nothing
  --yes                do not ask; required without a terminal, as in CI
  --skip-database      skip migrations and seed, because your app's own folder has pushed them
  --env-file FILE      also set the secrets of this dotenv file; values are never shown
  --url URL            the project's address (default https://REF.supabase.co)
  --help               this text

The command uses the account of SUPABASE_ACCESS_TOKEN, or else of \`supabase login\`. The database's
password comes from SUPABASE_DB_PASSWORD, or the account creates a temporary login.
DEPLOY_DATABASE_URL names another address of the database. All three are environment variables,
because other users of the machine can read a command's options.`;

export interface Options {
  readonly project: string;
  readonly isDryRun: boolean;
  readonly isConfirmed: boolean;
  readonly skipsDatabase: boolean;
  readonly envFile: string | undefined;
  readonly database: string;
  readonly url: string;
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url.href.replace(/\/$/, "");
  throw new SettingsError("--url must be an address such as https://api.example.com.");
}

/**
 * Returns undefined if the user asked for help.
 * @throws SettingsError, or the error of parseArgs
 */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: taskArguments(args),
    options: {
      "project": { type: "string" },
      "dry-run": { type: "boolean", default: false },
      "yes": { type: "boolean", default: false },
      "skip-database": { type: "boolean", default: false },
      "env-file": { type: "string" },
      "url": { type: "string" },
      "help": { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const project = values.project ?? "";
  if (!/^[a-z]{20}$/.test(project)) {
    throw new SettingsError("--project must be the project's reference: 20 lowercase letters.");
  }
  return {
    project,
    isDryRun: values["dry-run"],
    isConfirmed: values.yes,
    skipsDatabase: values["skip-database"],
    envFile: values["env-file"],
    database: databaseOf(project),
    url: originOf(values.url ?? `https://${project}.supabase.co`),
  };
}
