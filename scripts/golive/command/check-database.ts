/**
 * Refuses an address of another project's database: proof, migrations and snapshot would be of that
 * one, and a rollback by SQL would switch its sales off.
 */
import { SettingsError } from "../../settings/settings.ts";
import type { Options } from "./options.ts";
import { LOOPBACK, type Project, projectRef } from "./project.ts";

/** The reference in the direct address, or in the pooler's user, such as `postgres.REF`. */
function refOf({ hostname, username }: URL): string | undefined {
  return /^db\.([a-z]{20})\.supabase\.co$/i.exec(hostname)?.[1]?.toLowerCase() ??
    /(?:\.|%2E)([a-z]{20})$/i.exec(username)?.[1]?.toLowerCase();
}

/**
 * An address of another form, such as that of a container, does not tell its project, so it passes.
 * @throws SettingsError that names both projects, and never the password
 */
export function requireOneDatabase(project: Project, { project: named }: Options): void {
  const { databaseUrl, isLocal } = project;
  if (databaseUrl === undefined) return;
  const url = new URL(databaseUrl);
  const here = projectRef(project, named);
  const there = refOf(url) ??
    (LOOPBACK.includes(url.hostname.toLowerCase()) ? "this machine" : undefined);
  if (there === undefined) return;
  const known = here ?? (isLocal ? "this machine" : undefined);
  // A domain of one's own does not tell its reference, but it is not a stack on this machine.
  if (known === undefined ? there !== "this machine" : there === known) return;
  const wanted = known ?? new URL(project.url).host;
  throw new SettingsError(
    `SUPABASE_DB_URL is the database of ${there}, and SUPABASE_URL is the project ${wanted}: ` +
      "set both for one project, or leave SUPABASE_DB_URL out.",
  );
}
