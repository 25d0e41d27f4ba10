/** Removes the values of secrets from a text that is printed, stored or signed. */

const SHORTEST = 8;
const SHORTEST_PASSWORD = 4;
/**
 * A password with only a to z, or only digits. If it is also short, the same characters can
 * appear in a message with another meaning, for example as a port.
 */
const PLAIN = /^([a-z]+|\d+)$/i;
/**
 * The local database's password. It is not hidden, because everybody knows it, and because messages
 * also use the word for other things.
 */
const KNOWN = "postgres";
const HIDDEN = "[hidden]";

/** Settings whose values are secrets. The evidence may show other values, such as addresses. */
const SECRET = /(KEYS?|SECRETS?|TOKEN|PASSWORD|DSN|JWKS|DB_URL|DATABASE_URL|POOL_URL|WEBHOOK_URL)$/;
const PUBLIC = /PUBLISHABLE/;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Returns the password in a URL, to hide it even where a message repeats only a part of the URL. A
 * short and plain password is hidden only between `:` and `@`: elsewhere the same text may mean
 * something else.
 */
function passwordsIn(value: string): string[] {
  if (!URL.canParse(value)) return [];
  const { password } = new URL(value);
  return [password, decoded(password)]
    .filter((each) => each.length >= SHORTEST_PASSWORD && each !== KNOWN)
    .map((each) => each.length < SHORTEST && PLAIN.test(each) ? `:${each}@` : each);
}

/** Returns the secrets in the settings: whole values, their parts, and the passwords in URLs. */
export function secretsOf(values: Readonly<Record<string, string | undefined>>): string[] {
  const all = Object.entries(values).flatMap(([name, value = ""]) => {
    const isSecret = SECRET.test(name) && !PUBLIC.test(name);
    // A list or a JSON object of keys has several secrets.
    const parts = isSecret ? [value, ...value.split(/[\s,;"'{}[\]]+/)] : [];
    const whole = parts.filter((part) => part.length >= SHORTEST && part !== KNOWN);
    return [...whole, ...passwordsIn(value)];
  });
  return [...new Set(all)];
}

/**
 * Hides the secrets in a text, the longest first, because a long secret may contain a shorter one.
 */
export function redacted(text: string, secrets: readonly string[]): string {
  return secrets.toSorted((a, b) => b.length - a.length)
    .reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
}
