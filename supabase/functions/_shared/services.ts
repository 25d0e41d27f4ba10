/**
 * Makes, from the environment, every service that an app uses. All apps of a process share the
 * services. They are made on the first request, so that importing an app needs no environment.
 * Tests pass services of their own.
 */
import { createDatabase, type Database } from "./adapters/database/database.ts";
import { timed } from "./adapters/database/call-durations.ts";
import { transportFromEnv } from "./adapters/database/transport-from-env.ts";
import type { Mail } from "./adapters/mail/mail.ts";
import { reportFromEnv } from "./adapters/sentry/report-from-env.ts";
import type { Payments } from "./adapters/stripe/create-payments.ts";
import type { Operators } from "./adapters/webhook/operators.ts";
import { type Env, readEnv } from "./core/env.ts";
import { functionsUrlOf } from "./core/public-url.ts";
import { modeOfKey } from "./core/stripe-variables.ts";
import { ApiError } from "./core/errors.ts";
import { ipHashFrom } from "./core/ip-hash.ts";
import { lifetime, waitUntil } from "./core/isolate.ts";
import { consoleLogger } from "./core/logger.ts";
import { outsideRequests } from "./core/current-request.ts";
import { checkMode } from "./domain/stripe-mode.ts";
import { createFeatureFlags, type FeatureFlags } from "./features/feature-flags.ts";
import type { Services, ServicesSource } from "./http/route/app-services.ts";
import { verifierFrom } from "./http/auth/credentials.ts";
import { keySetFrom } from "./http/auth/key-set.ts";
import { createSharedVerifier } from "./http/auth/shared-secret.ts";
import { limitsFromEnv } from "./limits/limiter-from-env.ts";
import { metricsFrom } from "./metrics/create-metrics.ts";
import type { Metrics } from "./metrics/metrics.ts";

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
      const { createPayments } = await import("./adapters/stripe/create-payments.ts");
      return createPayments({ secretKey, webhookSecrets, apiUrl: env.STRIPE_API_URL, metrics });
    };
    try {
      return await (loading ??= outsideRequests(load));
    } catch (error) {
      loading = undefined; // The next request loads the adapter again.
      throw error;
    }
  };
}

/**
 * Loads the mail service and the operators' webhook on first use: only the notification runner
 * needs them.
 */
function outgoingFrom(env: Env, metrics: Metrics): Pick<Services, "mail" | "operators"> {
  let mail: Mail | undefined;
  let operators: Operators | undefined;
  return {
    mail: async () => {
      const { createMail } = await import("./adapters/mail/create-mail.ts");
      return mail ??= createMail(env, { metrics });
    },
    operators: async () => {
      const { createOperators } = await import("./adapters/webhook/operators.ts");
      return operators ??= createOperators(env, metrics);
    },
  };
}

/**
 * Throws, because these services have no models. An Edge Function that needs models uses
 * services-with-models.ts. The other Edge Functions do not import that file, because the tokenizer
 * would be three quarters of their size.
 */
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
  const transport = transportFromEnv(env);
  // The calls that record metrics are not timed: a timed call needs the metrics, and the metrics
  // need these calls.
  const uncounted = createDatabase(transport);
  const metrics = metricsFrom(
    (batch, ageMs) =>
      uncounted.rpc("metrics_record", {
        p_batch_id: batch.id,
        p_age_ms: ageMs,
        p_rows: batch.rows,
      }),
    waitUntil,
  );
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
    ...outgoingFrom(env, metrics),
    stripeMode: env.STRIPE_SECRET_KEY === undefined ? null : modeOfKey(env.STRIPE_SECRET_KEY),
    payments: paymentsFrom(env, database, metrics),
    ai: withoutModels,
    origins: env.APP_ORIGINS,
    functionsUrl: functionsUrlOf(env),
    waitUntil,
    lifetime,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    checkKeySet: keySet.check,
  };
}

let shared: Services | undefined;

/**
 * Makes the services on the first request. @throws EnvError on every request until the environment
 * is complete
 */
export const servicesFromEnv: ServicesSource = () => shared ??= makeServices(readEnv());
