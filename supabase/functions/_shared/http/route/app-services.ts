/** The services that the routes of an app use: services.ts makes them, and tests make their own. */
import type { Ai } from "../../adapters/ai/ai.ts";
import type { Database } from "../../adapters/database/database.ts";
import type { Mail } from "../../adapters/mail/mail.ts";
import type { RedisFigures } from "../../adapters/redis/redis-figures.ts";
import type { Report } from "../../adapters/sentry/report.ts";
import type { Payments } from "../../adapters/stripe/payments.ts";
import type { Operators } from "../../adapters/webhook/operators.ts";
import type { CheckState } from "../../contracts/health.ts";
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
  /** A keyed hash in hex: the database stores addresses in no other form. */
  readonly hashIp: (network: string) => string;
  /** The products that are switched on, and their users. */
  readonly features: FeatureFlags;
  readonly limiter: Limiter;
  readonly metrics: Metrics;
  /** Reports a failure of ours, besides the log. */
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
  /** Keeps the isolate alive for work that goes on after the answer. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** When the isolate is about to be killed. */
  readonly lifetime: Lifetime;
  /** Sleeps. */
  readonly pause: (ms: number) => Promise<void>;
  /** Whether users' tokens can be verified: the key set is there. */
  readonly checkKeySet: () => Promise<CheckState>;
  /** Degraded where limits are counted in this process alone. */
  readonly checkRedis: () => Promise<CheckState>;
  /** Redis's own figures of memory, keys and connections; empty if it gives none. */
  readonly readRedisFigures: () => Promise<RedisFigures>;
}

/** Gives an app its services: those of a test, or those of the environment. */
export type ServicesSource = () => Services;
