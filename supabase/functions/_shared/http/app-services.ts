/** What the routes of an app are given from outside: made in services.ts, and by tests of their own. */
import type { Ai } from "../adapters/ai/ai.ts";
import type { Database } from "../adapters/database/database.ts";
import type { Mail } from "../adapters/mail/mail.ts";
import type { RedisFigures } from "../adapters/redis/redis-figures.ts";
import type { Report } from "../adapters/sentry/report.ts";
import type { Payments } from "../adapters/stripe/payments.ts";
import type { Operators } from "../adapters/webhook/operators.ts";
import type { CheckState } from "../contracts/health.ts";
import type { Lifetime } from "../core/isolate.ts";
import type { Logger } from "../core/logger.ts";
import type { FeatureFlags } from "../features/feature-flags.ts";
import type { Limiter } from "../limits/limiter.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { CredentialVerifier } from "./auth/credentials.ts";
import type { SharedSecretVerifier } from "./auth/shared-secret.ts";

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
  /** Sleeps. */
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
