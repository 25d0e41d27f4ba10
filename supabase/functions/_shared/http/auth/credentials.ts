/**
 * Verifies the two credentials that a request can carry, through `@supabase/server`: a user's token
 * in `Authorization` and an API key in `apikey`. The result names the caller; authorize.ts decides
 * what the caller may do.
 */
import { verifyCredentials } from "@supabase/server/core";
import type { SupabaseEnv } from "@supabase/server";
import { sha256 } from "../../core/hash.ts";
import { CredentialCache } from "./credential-cache.ts";
import type { SecretCaller, UserCaller } from "../../core/caller.ts";
import type { Env } from "../../core/env.ts";
import { ApiError } from "../../core/errors.ts";
import { issuersOf } from "../../core/public-url.ts";
import type { KeySet } from "./key-set.ts";
import { tokenProblem } from "./refused-token-log.ts";

/** A publishable key identifies the app and grants no rights. */
interface PublishableCaller {
  readonly kind: "publishable";
}

export interface Credentials {
  readonly user: UserCaller | null;
  readonly key: SecretCaller | PublishableCaller | null;
}

/**
 * Reads and verifies the headers.
 * @throws ApiError `unauthenticated`, `token_expired`, or `not_ready` if the keys that verify
 *   users' tokens cannot be read
 */
export type CredentialVerifier = (headers: Headers) => Promise<Credentials>;

interface VerifierOptions {
  readonly env: Omit<SupabaseEnv, "jwks">;
  readonly keySet: KeySet;
  /** The accepted values of `iss`, one for each public address of the project. */
  readonly issuers: string[];
  readonly nowMs: () => number;
  readonly maxEntries?: number;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Verified = UserCaller | SecretCaller | PublishableCaller;

interface FailedVerification {
  readonly status: number;
  readonly code: string;
  readonly cause?: unknown;
}

function refusal(error: FailedVerification, problem: string | null = null): ApiError {
  if (error.status >= 500) {
    return new ApiError("not_ready", { internal: `credential check: ${error.code}`, cause: error });
  }
  const cause = error.cause as { code?: unknown } | undefined;
  return new ApiError(
    cause?.code === "ERR_JWT_EXPIRED" ? "token_expired" : "unauthenticated",
    { internal: problem === null ? error.code : `${error.code}: ${problem}` },
  );
}

async function verifyToken(token: string, { env, issuers, keySet }: VerifierOptions) {
  const jwks = await keySet.forToken(token);
  const { data, error } = await verifyCredentials({ token, apikey: null }, {
    auth: "user",
    env: { ...env, jwks },
    audience: "authenticated",
    issuer: issuers,
  });
  if (error) throw refusal(error, tokenProblem(token, issuers));
  const { sub, role, exp, app_metadata: app, aal } = data.jwtClaims!;
  // A token without `exp` would never expire, like a password. A token with a role other than
  // `authenticated` does not belong to a user.
  if (role !== "authenticated" || exp === undefined || !UUID.test(sub)) {
    throw new ApiError("unauthenticated", { internal: "token lacks role, exp or a user id" });
  }
  const caller: UserCaller = {
    kind: "user",
    userId: sub,
    isOperator: app?.role === "operator",
    hasSecondFactor: aal === "aal2",
  };
  return { caller, expiresAtMs: exp * 1000 };
}

async function verifyKey(apikey: string, { env }: VerifierOptions) {
  const { data, error } = await verifyCredentials({ token: null, apikey }, {
    // `secret` without `:*` would accept only the key named `default`.
    auth: ["secret:*", "publishable:*"],
    env: { ...env, jwks: null },
  });
  if (error) throw refusal(error);
  const caller: Verified = data.authMode === "secret"
    ? { kind: "secret", name: data.keyName ?? "default" }
    : { kind: "publishable" };
  return { caller, expiresAtMs: Infinity };
}

/** Returns the token in `Authorization`. A scheme other than Bearer is refused. */
function bearerToken(header: string | null, apikey: string | null): string | null {
  if (header === null) return null;
  const [scheme, token, ...rest] = header.trim().split(/\s+/);
  if (scheme?.toLowerCase() !== "bearer" || !token || rest.length > 0) {
    throw new ApiError("unauthenticated", { internal: "unreadable authorization header" });
  }
  // Some clients send the API key a second time, as a bearer token. The copy grants no more than `apikey`
  // does.
  return token === apikey ? null : token;
}

/** Makes the verifier with its cache. Call it once for each process. */
export function createVerifier(options: VerifierOptions): CredentialVerifier {
  const cache = new CredentialCache<Verified>(options.maxEntries);

  async function check(kind: "token" | "key", value: string): Promise<Verified> {
    const hash = sha256(kind, value);
    const nowMs = options.nowMs();
    const known = cache.get(hash, nowMs);
    if (known !== undefined) return known;
    const { caller, expiresAtMs } =
      await (kind === "token" ? verifyToken(value, options) : verifyKey(value, options));
    cache.set(hash, caller, nowMs, expiresAtMs);
    return caller;
  }

  return async (headers) => {
    const apikey = headers.get("apikey");
    const token = bearerToken(headers.get("authorization"), apikey);
    const key = apikey === null ? null : await check("key", apikey) as Credentials["key"];
    const user = token === null ? null : await check("token", token) as UserCaller;
    return { user, key };
  };
}

/** Makes the verifier for the keys and the addresses that the environment names. */
export function verifierFrom(env: Env, keySet: KeySet): CredentialVerifier {
  return createVerifier({
    env: {
      url: env.SUPABASE_URL,
      publishableKeys: env.SUPABASE_PUBLISHABLE_KEYS,
      secretKeys: env.SUPABASE_SECRET_KEYS,
    },
    keySet,
    issuers: issuersOf(env),
    nowMs: Date.now,
  });
}
