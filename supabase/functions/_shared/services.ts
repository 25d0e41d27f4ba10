/**
 * Everything that an app needs from outside, made from the environment in one place. Tests pass their
 * own. Made on the first request and shared by all apps of a process, so importing an app needs no env.
 */
import type { Ai } from "./adapters/ai/ai.ts";
import { createDatabase, type Database, type Transport } from "./adapters/database/database.ts";
import { timed } from "./adapters/database/timed.ts";
import { type Env, modeOfKey, readEnv } from "./core/env.ts";
import { createFeatureFlags, type FeatureFlags } from "./features/feature-flags.ts";
import { ApiError } from "./core/errors.ts";
import { keyedSha256 } from "./core/hash.ts";
import { createVerifier, type CredentialVerifier } from "./http/auth/credentials.ts";
import { outsideRequests } from "./core/current-request.ts";
import { createKeySet, givenKeySet, type KeySet } from "./http/auth/key-set.ts";
import { type Lifetime, lifetime, waitUntil } from "./core/isolate.ts";
import type { Limiter } from "./limits/limiter.ts";
import { limitsFromEnv } from "./limits/limiter-from-env.ts";
import { consoleLogger, type Logger } from "./core/logger.ts";
import { createSharedVerifier, type SharedSecretVerifier } from "./http/auth/shared-secret.ts";
import type { Mail } from "./adapters/mail/mail.ts";
import { metricsFrom } from "./metrics/metrics-from-env.ts";
import type { Metrics } from "./metrics/metrics.ts";
import type { RedisFigures } from "./adapters/redis/redis-figures.ts";
import { reportFromEnv } from "./adapters/sentry/report-from-env.ts";
import type { Report } from "./adapters/sentry/report.ts";
import type { Operators } from "./adapters/webhook/operators.ts";
import { outgoingFromEnv } from "./domain/notifications/outgoing.ts";
import { checkMode } from "./adapters/stripe/check-mode.ts";
import type { Payments } from "./adapters/stripe/payments.ts";

export type CheckState = "ok" | "degraded" | "down";

export interface Services {
  readonly now: () => Date;
  readonly log: Logger;
  readonly database: Database;
  readonly verify: CredentialVerifier;
  readonly verifyShared: SharedSecretVerifier;
  /** A keyed hash in hex: the database knows addresses by nothing else. */
  readonly hashIp: (network: string) => string;
  /** Which products are switched on, and for whom. */
  readonly features: FeatureFlags;
  readonly limiter: Limiter;
  readonly metrics: Metrics;
  /** Tells of a failure of ours, besides the log. */
  readonly report: Report;
  /** @throws ApiError `not_ready` when no mail service is configured, EnvError when it is wrongly */
  readonly mail: () => Promise<Mail>;
  readonly operators: () => Promise<Operators>;
  /** @throws ApiError `not_ready` when Stripe is not configured */
  readonly payments: () => Promise<Payments>;
  /** @throws ApiError `not_ready` when no model is configured, `internal` where a function has none */
  readonly ai: () => Promise<Ai>;
  /** Exact origins that may call from a browser and be returned to after a checkout. */
  readonly origins: readonly string[];
  /** Where the functions are from outside: `<project>/functions/v1`. */
  readonly functionsUrl: string;
  /** Keeps the isolate for work that goes on when nobody listens to the answer any more. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** When the isolate is about to be killed. */
  readonly lifetime: Lifetime;
  /** Lets time pass. */
  readonly pause: (ms: number) => Promise<void>;
  /** Whether users' tokens can be verified: the key set is there. */
  readonly checkKeySet: () => Promise<CheckState>;
  /** Degraded where limits are counted in this process alone. */
  readonly checkRedis: () => Promise<CheckState>;
  /** What Redis says of its memory, keys and connections; empty where it says nothing. */
  readonly readRedisFigures: () => Promise<RedisFigures>;
}

/** Where an app gets its services: given in tests, made from the environment otherwise. */
export type ServicesSource = () => Services;

/** A transport is loaded when it is first used: a function starts faster without the other one. */
function lazyTransport(load: () => Promise<Transport>): Transport {
  let loading: Promise<Transport> | undefined;
  const get = () => loading ??= load();
  return {
    call: async (name, args) => (await get()).call(name, args),
    close: async () => await (await loading)?.close(),
  };
}

function transportFrom(env: Env): Transport {
  const poolUrl = env.DATABASE_POOL_URL;
  if (poolUrl !== undefined) {
    return lazyTransport(async () => {
      const { createPoolTransport } = await import("./adapters/database/pool.ts");
      return createPoolTransport({ url: poolUrl });
    });
  }
  const keys = env.SUPABASE_SECRET_KEYS;
  const secretKey = keys.default ?? Object.values(keys)[0]!;
  return lazyTransport(async () => {
    const { createRestTransport } = await import("./adapters/database/rest.ts");
    return createRestTransport({ url: env.SUPABASE_URL, secretKey });
  });
}

export function keySetFrom(env: Env, metrics: Metrics): KeySet {
  if (env.SUPABASE_JWKS !== undefined) return givenKeySet(env.SUPABASE_JWKS);
  const url = new URL(`${env.SUPABASE_URL}/auth/v1/.well-known/jwks.json`);
  return createKeySet({ url, nowMs: () => performance.now(), metrics, waitUntil });
}

export function verifierFrom(env: Env, keySet: KeySet): CredentialVerifier {
  const addresses = [env.SUPABASE_URL, env.FARTHING_PUBLIC_URL].filter((url) => url !== undefined);
  return createVerifier({
    env: {
      url: env.SUPABASE_URL,
      publishableKeys: env.SUPABASE_PUBLISHABLE_KEYS,
      secretKeys: env.SUPABASE_SECRET_KEYS,
    },
    keySet,
    issuers: addresses.map((url) => `${url}/auth/v1`),
    nowMs: Date.now,
  });
}

/** Keyed by a secret that the database has not: whoever reads the table cannot try all addresses. */
function ipHashFrom(env: Env): (network: string) => string {
  const keys = env.SUPABASE_SECRET_KEYS;
  const key = env.IP_HASH_KEY ?? keys.default ?? Object.values(keys)[0]!;
  return (network) => keyedSha256(key, `ip ${network}`);
}

export function paymentsFrom(
  env: Env,
  database: Database,
  metrics: Metrics,
): () => Promise<Payments> {
  let loading: Promise<Payments> | undefined;
  return async () => {
    const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecrets } = env;
    if (secretKey === undefined || webhookSecrets === undefined) {
      const missing = secretKey === undefined ? "STRIPE_SECRET_KEY" : "STRIPE_WEBHOOK_SECRET";
      throw new ApiError("not_ready", { internal: `Environment incomplete: ${missing}` });
    }
    const load = async () => {
      await checkMode(database, modeOfKey(secretKey));
      const { createPayments } = await import("./adapters/stripe/payments.ts");
      return createPayments({ secretKey, webhookSecrets, apiUrl: env.STRIPE_API_URL, metrics });
    };
    try {
      return await (loading ??= outsideRequests(load));
    } catch (error) {
      loading = undefined; // the next request asks anew
      throw error;
    }
  };
}

/** Models bring a tokenizer along, three quarters of a function's size: see services-with-models.ts. */
function withoutModels(): never {
  throw new ApiError("internal", { internal: "this function is deployed without models" });
}

function featuresFrom(database: Database): FeatureFlags {
  return createFeatureFlags({
    read: () => database.rpc("features_read", {}),
    nowMs: () => performance.now(),
    log: consoleLogger,
  });
}

function makeServices(env: Env): Services {
  const transport = transportFrom(env);
  // Counts are handed over by a call that is not counted itself.
  const metrics = metricsFrom(createDatabase(transport), waitUntil);
  const database = createDatabase(timed(transport, metrics));
  const keySet = keySetFrom(env, metrics);
  return {
    now: () => new Date(),
    log: consoleLogger,
    database,
    verify: verifierFrom(env, keySet),
    verifyShared: createSharedVerifier(env.NOTIFICATION_SECRET),
    hashIp: ipHashFrom(env),
    features: featuresFrom(database),
    ...limitsFromEnv(env, { log: consoleLogger, metrics, waitUntil }),
    metrics,
    report: reportFromEnv(env, waitUntil),
    ...outgoingFromEnv(env, metrics),
    payments: paymentsFrom(env, database, metrics),
    ai: withoutModels,
    origins: env.APP_ORIGINS,
    functionsUrl: `${env.FARTHING_PUBLIC_URL ?? env.SUPABASE_URL}/functions/v1`,
    waitUntil,
    lifetime,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    checkKeySet: keySet.check,
  };
}

let shared: Services | undefined;

/** @throws EnvError, on every request until the environment is complete */
export const servicesFromEnv: ServicesSource = () => shared ??= makeServices(readEnv());
