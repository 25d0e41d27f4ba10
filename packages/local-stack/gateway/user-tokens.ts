/**
 * User tokens. Callers hold ES256 tokens with a `kid`, as on hosted Supabase. @supabase/lite issues
 * and reads HS256 tokens, whose secret stays in this process. This file translates between the two
 * kinds.
 */
import { errors, importJWK, type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Keys } from "../core/keys.ts";

/**
 * An error for a token that is refused. A caller may refresh an `expired` token, but not an
 * `invalid` one.
 */
export class TokenError extends Error {
  override name = "TokenError";
  constructor(readonly reason: "expired" | "invalid", message: string) {
    super(message);
  }
}

/**
 * Looks up claims of a user and a session. Supabase's tokens contain these claims, but the tokens
 * of @supabase/lite do not.
 */
export type DescribeUser = (
  userId: string,
  sessionId: string | null,
) => Promise<Record<string, unknown>>;

export interface Tokens {
  /** Returns the claims of a caller's token. @throws TokenError */
  verify(token: string): Promise<JWTPayload>;
  /** Returns an HS256 token with these verified claims, as @supabase/lite issues it. */
  toLite(claims: JWTPayload): Promise<string>;
  /**
   * Returns the ES256 token that the caller gets instead of this token from @supabase/lite.
   * @throws TokenError if @supabase/lite did not issue the token
   */
  fromLite(token: string): Promise<string>;
}

const AUDIENCE = "authenticated";
/**
 * The number of verified tokens to cache. A token's signature is checked only when the token is
 * not in the cache.
 */
const CACHE_SIZE = 1_000;

/** `issuer` is the project's URL followed by `/auth/v1`. */
export async function createTokens(
  keys: Keys,
  issuer: string,
  describe: DescribeUser,
): Promise<Tokens> {
  const secret = new TextEncoder().encode(keys.authSecret);
  const privateKey = await importJWK(keys.privateJwk, "ES256");
  const publicKey = await importJWK(keys.publicJwk, "ES256");
  const kid = keys.publicJwk.kid ?? "";
  const verified = new Map<string, JWTPayload>();

  async function check(token: string): Promise<JWTPayload> {
    const { payload, protectedHeader } = await jwtVerify(token, publicKey, {
      algorithms: ["ES256"],
      issuer,
      audience: AUDIENCE,
      requiredClaims: ["sub", "exp", "role"],
    });
    if (protectedHeader.kid !== kid) throw new TokenError("invalid", "no such signing key");
    return payload;
  }

  return {
    async verify(token) {
      const known = verified.get(token);
      if (known && (known.exp ?? 0) * 1000 > Date.now()) return known;
      verified.delete(token);
      const payload = await check(token).catch(refuse);
      if (verified.size >= CACHE_SIZE) verified.delete(verified.keys().next().value ?? "");
      verified.set(token, payload);
      return payload;
    },
    toLite: (claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(secret),
    async fromLite(token) {
      const { payload } = await jwtVerify(token, secret, { algorithms: ["HS256"] }).catch(refuse);
      const { sub, session_id: session } = payload;
      const more = await describe(String(sub), typeof session === "string" ? session : null);
      return await new SignJWT({ ...payload, ...more, iss: issuer })
        .setProtectedHeader({ alg: "ES256", typ: "JWT", kid })
        .sign(privateKey);
    },
  };
}

function refuse(error: unknown): never {
  if (error instanceof TokenError) throw error;
  if (error instanceof errors.JWTExpired) throw new TokenError("expired", "JWT expired");
  throw new TokenError("invalid", "invalid JWT");
}
