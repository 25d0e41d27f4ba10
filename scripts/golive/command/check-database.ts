/**
 * Refuses a SUPABASE_DB_URL of another project. With such a URL, the proof, the migrations and the
 * snapshot would read the wrong database. A rollback by SQL would even switch off the other
 * project's sales.
 */
import { SettingsError } from "../../project/project-settings.ts";
import type { Options } from "./options.ts";
import { LOOPBACK, type Project, projectRef } from "./project.ts";

/**
 * Returns the project's reference, from the direct address or from the pooler's user name, such as
 * `postgres.REF`.
 */
function refOf({ hostname, username }: URL): string | undefined {
  return /^db\.([a-z]{20})\.supabase\.co$/i.exec(hostname)?.[1]?.toLowerCase() ??
    /(?:\.|%2E)([a-z]{20})$/i.exec(username)?.[1]?.toLowerCase();
}

/**
 * Refuses another project's database. Accepts a URL that does not show its project, such as the URL
 * of a container.
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
  // If the reference is unknown, the project has a custom domain. Such a project is not on this
  // machine, so a database on this machine is refused.
  if (known === undefined ? there !== "this machine" : there === known) return;
  const wanted = known ?? new URL(project.url).host;
  throw new SettingsError(
    `SUPABASE_DB_URL is the database of ${there}, but SUPABASE_URL is the project ${wanted}: ` +
      "set both for one project, or leave SUPABASE_DB_URL out.",
  );
}
