/**
 * Explains in the log why a user's token was refused. The verifier reports the same error for every
 * cause.
 */

interface Parts {
  readonly alg?: unknown;
  readonly iss?: unknown;
}

function decode(part: string | undefined): Parts {
  const base64 = (part ?? "").replaceAll("-", "+").replaceAll("_", "/");
  const value: unknown = JSON.parse(atob(base64));
  return typeof value === "object" && value !== null ? value : {};
}

/**
 * The maximum length of a quote from a refused token. The limit is needed because a caller can
 * write any text into a token.
 */
const MAX_LENGTH = 100;
const quoted = (value: unknown) => JSON.stringify(value ?? null).slice(0, MAX_LENGTH);

/**
 * Finds the likely reason why a token was refused. The token's contents are quoted, but never trusted.
 * @returns null if neither the algorithm nor the issuer is the cause
 */
export function tokenProblem(token: string, issuers: readonly string[]): string | null {
  const [header, payload] = token.split(".");
  try {
    const { alg } = decode(header);
    if (typeof alg === "string" && alg.startsWith("HS")) {
      return `the token is signed with ${
        quoted(alg)
      }, a shared secret: the project needs signing keys ` +
        "(ES256 or RS256), which an older supabase CLI does not create";
    }
    const { iss } = decode(payload);
    if (issuers.some((issuer) => issuer === iss)) return null;
    return `the token's issuer is ${quoted(iss)}, but only ${issuers.join(" or ")} is accepted: ` +
      "set FARTHING_PUBLIC_URL to the project's other address";
  } catch {
    return null;
  }
}
