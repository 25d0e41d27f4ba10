/**
 * The services that the edge functions get in a benchmark. The verification of callers and the log
 * are real, but Stripe, emails and models are not available.
 */
import {
  createDatabase,
  type Database,
} from "../../supabase/functions/_shared/adapters/database/database.ts";
import { createPoolTransport } from "../../supabase/functions/_shared/adapters/database/pool.ts";
import { timed } from "../../supabase/functions/_shared/adapters/database/call-durations.ts";
import { limitsFromEnv } from "../../supabase/functions/_shared/limits/limiter-from-env.ts";
import type { Limiter } from "../../supabase/functions/_shared/limits/limiter.ts";
import { NO_END } from "../../supabase/functions/_shared/core/isolate.ts";
import { consoleLogger, type Logger } from "../../supabase/functions/_shared/core/logger.ts";
import { createMetrics } from "../../supabase/functions/_shared/metrics/create-metrics.ts";
import { type Metrics, NO_METRICS } from "../../supabase/functions/_shared/metrics/metrics.ts";
import { NO_REPORT } from "../../supabase/functions/_shared/adapters/sentry/report-type.ts";
import type { Services } from "../../supabase/functions/_shared/http/route/app-services.ts";
import { NO_LIMITER } from "../../tests/support/functions/fakes/no-limiter.ts";
import { makeProject } from "../../tests/support/functions/project.ts";

interface ServiceOptions {
  /** The URL of the database. Without it, every database call fails. */
  databaseUrl?: string;
  /**
   * The URL of the Redis that counts requests for the rate limits. The password in the URL is the
   * Redis token. Without a URL, requests are not limited.
   */
  redisUrl?: string;
  log?: Logger;
}

const NO_DATABASE: Database = {
  rpc: () => Promise.reject(new Error("no database in this benchmark")),
  close: () => Promise.resolve(),
};

const CLOCK_MS = 1_000;

/** Makes the same limiter as in a deployment, with Redis at this URL and without metrics. */
function limiterAt(redisUrl: string, log: Logger): Limiter {
  const { origin, password } = new URL(redisUrl);
  const names = { UPSTASH_REDIS_REST_URL: origin, UPSTASH_REDIS_REST_TOKEN: password };
  const wanted = { log, metrics: NO_METRICS, waitUntil: () => {} };
  return limitsFromEnv(names as Parameters<typeof limitsFromEnv>[0], wanted).limiter;
}

/** Makes metrics that are counted as in a deployment, but not stored. */
function metricsOf(log: Logger): Metrics {
  return createMetrics({
    record: () => Promise.resolve(),
    nowMs: () => performance.now(),
    later: (run, ms) => Deno.unrefTimer(setTimeout(run, ms)),
    waitUntil: () => {},
    log,
  });
}

/** Makes the services, and the project whose tokens these services accept. */
export async function makeServices(
  { databaseUrl, redisUrl, log = consoleLogger }: ServiceOptions = {},
) {
  const project = await makeProject();
  // The clock must advance, so that verified credentials expire, as they do in production.
  const clock = setInterval(() => project.nowMs = Date.now(), CLOCK_MS);
  Deno.unrefTimer(clock);
  const metrics = metricsOf(log);
  const database = databaseUrl === undefined
    ? NO_DATABASE
    : createDatabase(timed(createPoolTransport({ url: databaseUrl }), metrics));
  const services: Services = {
    now: () => new Date(),
    log,
    database,
    verify: project.verifier(),
    verifyShared: () => null,
    hashIp: () => "",
    features: { isOn: () => Promise.resolve(true) },
    limiter: redisUrl === undefined ? NO_LIMITER : limiterAt(redisUrl, log),
    metrics,
    report: NO_REPORT,
    mail: () => Promise.reject(new Error("no mail in this benchmark")),
    operators: () => Promise.reject(new Error("no operators in this benchmark")),
    payments: () => Promise.reject(new Error("no payments in this benchmark")),
    ai: () => Promise.reject(new Error("no AI in this benchmark")),
    functionsUrl: "http://127.0.0.1/functions/v1",
    waitUntil: () => {},
    lifetime: NO_END,
    pause: () => Promise.resolve(),
    origins: [],
    stripeMode: "test",
    checkKeySet: () => Promise.resolve("ok"),
    checkRedis: () => Promise.resolve("ok"),
    readRedisFigures: () => Promise.resolve({}),
  };
  return { services, project };
}
