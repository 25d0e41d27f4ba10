/** The address of the database that a command deploys to. */
import { SettingsError } from "../project/project-settings.ts";

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns whether the text is a URL from which push-migrations.ts can remove the password. A URL
 * with an @ after the host is refused: its password contains a / or # that is not percent-encoded.
 */
export function isDatabaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, password, pathname, hash, searchParams } = new URL(text);
  return /^postgres(ql)?:$/.test(protocol) && canDecode(password) &&
    !`${pathname}${hash}`.includes("@") && !searchParams.has("password");
}

/** Returns the database's URL from the environment, or the project's reference if no URL is set. */
export function databaseOf(project: string): string {
  const text = Deno.env.get("DEPLOY_DATABASE_URL");
  if (!text) return project;
  if (isDatabaseUrl(text)) return text;
  // The message must not repeat the URL, which may contain a password.
  throw new SettingsError(
    "DEPLOY_DATABASE_URL must be a postgresql:// URL with a percent-encoded password before the @.",
  );
}
