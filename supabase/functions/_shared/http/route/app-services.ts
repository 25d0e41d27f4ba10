/** The services that routes use. services.ts makes them from the environment; tests make fakes. */
import type { Ai } from "../../adapters/ai/ai.ts";
import type { Database } from "../../adapters/database/database.ts";
import type { Mail } from "../../adapters/mail/mail.ts";
import type { RedisFigures } from "../../adapters/redis/redis-figures.ts";
import type { Report } from "../../adapters/sentry/report-type.ts";
import type { Payments } from "../../adapters/stripe/create-payments.ts";
import type { Operators } from "../../adapters/webhook/operators.ts";
import type { CheckState } from "../../contracts/health.ts";
import type { Mode } from "../../core/stripe-variables.ts";
import type { Lifetime } from "../../core/isolate.ts";
import type { Logger } from "../../core/logger.ts";
import type { FeatureFlags } from "../../features/feature-flags.ts";
import type { Limiter } from "../../limits/limiter.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import type { CredentialVerifier } from "../auth/credentials.ts";
import type { SharedSecretVerifier } from "../auth/shared-secret.ts";

export interface Services {
  readonly now: () => Date;
  readonly log: Logger;
  readonly database: Database;
  readonly verify: CredentialVerifier;
  readonly verifyShared: SharedSecretVerifier;
  /** Returns a keyed hash in hex. The database stores IP addresses only as such hashes. */
  readonly hashIp: (network: string) => string;
  /** Decides whether a product is switched on for a user. */
  readonly features: FeatureFlags;
  readonly limiter: Limiter;
  readonly metrics: Metrics;
  /** Reports an unexpected failure to Sentry. The failure is also logged. */
  readonly report: Report;
  /**
   * @throws ApiError `not_ready` if no mail service is configured; EnvError if the configuration is
   *   invalid
   */
  readonly mail: () => Promise<Mail>;
  readonly operators: () => Promise<Operators>;
  /** The mode of Stripe's key; null if Stripe is not configured. */
  readonly stripeMode: Mode | null;
  /** @throws ApiError `not_ready` if Stripe is not configured */
  readonly payments: () => Promise<Payments>;
  /**
   * @throws ApiError `not_ready` if no model is configured; `internal` in an Edge Function that is
   *   deployed without models
   */
  readonly ai: () => Promise<Ai>;
  /** The exact origins whose pages may call the API, and to which Stripe may return a user. */
  readonly origins: readonly string[];
  /** The public URL of the Edge Functions: `<project>/functions/v1`. */
  readonly functionsUrl: string;
  /** Keeps the isolate alive for work that continues after the response. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Reports that the isolate is about to be killed. */
  readonly lifetime: Lifetime;
  /** Sleeps. */
  readonly pause: (ms: number) => Promise<void>;
  /** Checks whether the keys for verifying users' tokens are known. */
  readonly checkKeySet: () => Promise<CheckState>;
  /** Returns `degraded` if each process counts rate limits on its own, without Redis. */
  readonly checkRedis: () => Promise<CheckState>;
  /** Returns Redis's own figures of memory, keys and connections; empty if Redis reports none. */
  readonly readRedisFigures: () => Promise<RedisFigures>;
}

/** Returns the services of an app, from a test or from the environment. */
export type ServicesSource = () => Services;
