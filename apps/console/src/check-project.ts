/**
 * The Supabase project that this console serves. The file farthing.json, beside index.html, names
 * the project, and this module checks the text of that file.
 */

export interface Project {
  readonly url: string;
  readonly publishableKey: string;
}

/** The file is missing or wrong. `message` says how to write the file. */
export class ProjectError extends Error {}

export const EXAMPLE = `{"url": "https://abc.supabase.co", "publishableKey": "sb_publishable_…"}`;

function isHttpUrl(text: unknown): text is string {
  return typeof text === "string" && /^https?:$/.test(URL.parse(text)?.protocol ?? "");
}

function fieldsOf(text: string): Partial<Record<keyof Project, unknown>> {
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields === "object" && fields !== null) return fields;
  } catch {
    // Text that is not JSON gets the same error as JSON that is not an object.
  }
  throw new ProjectError(`farthing.json must be a JSON object such as ${EXAMPLE}.`);
}

/**
 * True if this key would give every visitor all rights: a secret key, or the older form of secret
 * keys, a JWT with the role `service_role`.
 */
function isSecret(key: string): boolean {
  if (key.startsWith("sb_secret_")) return true;
  try {
    const [, payload = ""] = key.split(".");
    const claims: unknown = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    return (claims as { role?: unknown } | null)?.role === "service_role";
  } catch {
    return false;
  }
}

/** @throws ProjectError if the text lacks the project's URL or key, or contains a secret key */
export function checkProject(text: string): Project {
  const { url, publishableKey } = fieldsOf(text);
  if (!isHttpUrl(url)) {
    throw new ProjectError(`url in farthing.json must be your project's URL, as in ${EXAMPLE}.`);
  }
  if (typeof publishableKey !== "string" || publishableKey === "") {
    throw new ProjectError(
      `publishableKey is missing in farthing.json. Write it as in ${EXAMPLE}.`,
    );
  }
  if (isSecret(publishableKey)) {
    throw new ProjectError(
      "farthing.json has a secret key, which every visitor can read. Revoke that key in your " +
        "project's settings, and write the publishable key instead.",
    );
  }
  return { url: url.replace(/\/+$/, ""), publishableKey };
}
