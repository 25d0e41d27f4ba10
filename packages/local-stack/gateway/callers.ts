/** Identifies the caller of a request by its API key and its bearer token. */
import type { Context, MiddlewareHandler } from "hono";
import type { JWTPayload } from "jose";
import { createHash, timingSafeEqual } from "node:crypto";
import type { Keys } from "../core/keys.ts";
import { TokenError, type Tokens } from "./user-tokens.ts";

/** The API key's role, and the user's claims if the request has a user's token. */
export interface Caller {
  keyRole: "anon" | "service_role";
  user?: JWTPayload;
}

export type GatewayEnv = { Variables: { caller: Caller } };

function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

export function roleOfKey(key: string, keys: Keys): Caller["keyRole"] | undefined {
  if (same(key, keys.publishableKey)) return "anon";
  if (same(key, keys.secretKey)) return "service_role";
  return undefined;
}

/**
 * Returns the user's token, or undefined if there is none: without a session, supabase-js sends the
 * API key as the bearer token.
 */
function bearer(c: Context): string | undefined {
  const [, token] = /^Bearer\s+(.+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  return token && !token.startsWith("sb_") ? token : undefined;
}

/** Creates the response that refuses a token, in the format of PostgREST or of Auth. */
export type Refusal = (c: Context, error: TokenError) => Response;

export const restRefusal: Refusal = (c, error) => {
  const code = error.reason === "expired" ? "PGRST303" : "PGRST301";
  const body = { code, message: error.message, details: null, hint: null };
  return c.json(body, 401, { "WWW-Authenticate": `Bearer error="invalid_token"` });
};

export const authRefusal: Refusal = (c, error) => {
  const body = { code: 401, error_code: "bad_jwt", msg: `invalid JWT: ${error.message}` };
  return c.json(body, 401, { "X-Sb-Error-Code": "bad_jwt" });
};

/**
 * Sets `caller`, or answers 401. Lets preflight requests pass, because they have no credentials.
 */
export function identify(
  keys: Keys,
  tokens: Tokens,
  refuse: Refusal,
): MiddlewareHandler<GatewayEnv> {
  return async (c, next) => {
    if (c.req.method === "OPTIONS") return await next();
    const key = c.req.header("apikey") ?? c.req.query("apikey");
    if (key === undefined) {
      const hint = "No `apikey` request header or url param was found.";
      return c.json({ message: "No API key found in request", hint }, 401);
    }
    const keyRole = roleOfKey(key, keys);
    if (!keyRole) {
      return c.json(
        { message: "Invalid API key", hint: "Double check your Supabase `apikey`" },
        401,
      );
    }
    const token = bearer(c);
    try {
      const user = token === undefined ? undefined : await tokens.verify(token);
      c.set("caller", user ? { keyRole, user } : { keyRole });
    } catch (error) {
      if (error instanceof TokenError) return refuse(c, error);
      throw error;
    }
    await next();
  };
}
