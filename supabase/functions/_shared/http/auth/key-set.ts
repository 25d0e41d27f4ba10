/**
 * The public keys that verify users' tokens, given by the platform or fetched from Auth. While Auth is
 * unavailable, the last good key set is used. The key set is fetched again when it is old, or when a token
 * names a key that is not in the set. A minimum time between fetches prevents a caller with invented tokens
 * from flooding Auth.
 */
import type { SupabaseEnv } from "@supabase/server";
import type { Metrics } from "../../metrics/metrics.ts";
import { createResiliencePolicy } from "../../resilience/resilience-policy.ts";
import type { CheckState } from "../../contracts/health.ts";
import { outsideRequests } from "../../core/current-request.ts";
import type { Env } from "../../core/env.ts";
import { ApiError } from "../../core/errors.ts";
import { waitUntil as keepIsolate } from "../../core/isolate.ts";

export type Keys = Exclude<SupabaseEnv["jwks"], URL | null>;

export interface KeySet {
  /**
   * Returns the keys with which the token may be verified.
   * @throws ApiError `not_ready` if Auth is unavailable and the token's key is not known from an
   * earlier fetch
   */
  forToken(token: string): Promise<Keys>;
  /**
   * Returns `degraded` if Auth is unavailable and the last good key set is used, and `down` if no
   * key set is known.
   */
  check(): Promise<CheckState>;
}

interface KeySetOptions {
  readonly url: URL;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  readonly metrics: Metrics;
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** Auth lets clients cache the key set for ten minutes. */
const MAX_AGE_MS = 600_000;
/**
 * The shortest time between two fetches. Auth signs with a new key only minutes after publishing
 * the key, so no user with a valid token waits for this pause.
 */
const COOL_DOWN_MS = 30_000;

export function givenKeySet(keys: Keys): KeySet {
  return {
    forToken: () => Promise.resolve(keys),
    check: () => Promise.resolve(keys.keys.length > 0 ? "ok" : "down"),
  };
}

/** Returns the id of the key that the token names. The token is not verified yet, so the id may be wrong. */
function keyIdOf(token: string): string | undefined {
  const [header = ""] = token.split(".");
  try {
    const { kid } = JSON.parse(atob(header.replaceAll("-", "+").replaceAll("_", "/")));
    return typeof kid === "string" ? kid : undefined;
  } catch {
    return undefined;
  }
}

function isKey(value: unknown): boolean {
  return typeof value === "object" && value !== null && "kty" in value &&
    typeof value.kty === "string";
}

async function readKeys(url: URL, signal: AbortSignal): Promise<Keys> {
  const answer = await fetch(url, { signal });
  const body = await answer.json() as Keys | null;
  if (answer.ok && Array.isArray(body?.keys) && body.keys.length > 0 && body.keys.every(isKey)) {
    return body;
  }
  throw new Error(`Auth returned no valid key set, status ${answer.status}`);
}

function notReady(error: unknown): ApiError {
  const detail = error instanceof ApiError ? error.internal : String(error);
  const retryAfterSeconds = error instanceof ApiError ? error.retryAfterSeconds : undefined;
  return new ApiError("not_ready", {
    internal: `key set: ${detail}`,
    retryAfterSeconds: retryAfterSeconds ?? 1,
    cause: error,
  });
}

export function createKeySet({ url, nowMs, metrics, waitUntil }: KeySetOptions): KeySet {
  const policy = createResiliencePolicy("jwks", {
    isOutage: () => true,
    isTransient: () => true,
    metrics,
  });
  let known: { readonly keys: Keys; readonly atMs: number } | undefined;
  let loading: Promise<Keys> | undefined;
  let askedMs = -Infinity;
  let failure: unknown;

  async function ask(): Promise<Keys> {
    askedMs = nowMs();
    try {
      const keys = await policy.execute((signal) => readKeys(url, signal));
      known = { keys, atMs: nowMs() };
      failure = undefined;
      return keys;
    } catch (error) {
      failure = error;
      throw notReady(error);
    }
  }

  /**
   * All waiting requests share one fetch. The fetch ignores the requests' deadlines, because the timeout of
   * one request must not fail the others.
   */
  function load(): Promise<Keys> {
    return loading ??= outsideRequests(ask).finally(() => loading = undefined);
  }

  const isCoolingDown = () => nowMs() - askedMs < COOL_DOWN_MS;

  return {
    async forToken(token) {
      if (known === undefined) return await load();
      const { keys, atMs } = known;
      const kid = keyIdOf(token);
      if (kid === undefined || keys.keys.some((key) => key.kid === kid)) {
        const isOld = nowMs() - atMs >= MAX_AGE_MS;
        if (isOld && !isCoolingDown()) waitUntil(load().catch(() => {}));
        return keys;
      }
      if (!isCoolingDown()) return await load();
      if (failure !== undefined) throw notReady(failure);
      return keys;
    },
    async check() {
      if (known !== undefined && nowMs() - known.atMs < COOL_DOWN_MS) return "ok";
      try {
        await load();
        return "ok";
      } catch {
        return known === undefined ? "down" : "degraded";
      }
    },
  };
}

/**
 * Returns the keys that the platform has put in the environment. Without them, the keys are fetched
 * from Auth.
 */
export function keySetFrom(env: Env, metrics: Metrics): KeySet {
  if (env.SUPABASE_JWKS !== undefined) return givenKeySet(env.SUPABASE_JWKS);
  const url = new URL(`${env.SUPABASE_URL}/auth/v1/.well-known/jwks.json`);
  return createKeySet({ url, nowMs: () => performance.now(), metrics, waitUntil: keepIsolate });
}
