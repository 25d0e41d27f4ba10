/**
 * The timeout, the retries and the circuit breaker of each external service, in one table
 * (docs/decisions/resilience.md).
 */
import type { RetryPolicy } from "./retry.ts";

export interface ExternalService extends RetryPolicy {
  /**
   * The timeout of one attempt in ms; shorter if the request has less time left. A timeout is not
   * retried.
   */
  readonly timeoutMs: number;
  /**
   * The longest delay before a retry, in ms. If the service's Retry-After is longer, the call is
   * not retried.
   */
  readonly longestDelayMs: number;
  /** The number of failed attempts in a row that opens the circuit breaker. */
  readonly breakAfter: number;
  /**
   * The time in ms after which an open breaker allows one call. The result of that call closes the breaker or
   * keeps it open.
   */
  readonly halfOpenAfterMs: number;
}

export type ServiceName = "stripe" | "ai" | "mail" | "redis" | "jwks" | "webhook";

export const EXTERNAL_SERVICES: Readonly<Record<ServiceName, ExternalService>> = {
  stripe: {
    // Stripe's slow responses take a few seconds. The timeout is about twice as long, and still
    // fits into the 30 s of a request.
    timeoutMs: 10_000,
    // A POST keeps its idempotency key, so a retry is safe. More retries would keep a buyer
    // waiting.
    retries: 2,
    firstDelayMs: 500,
    longestDelayMs: 4_000,
    // A request makes at most three attempts. So three failed requests for one order make nine
    // attempts and do not open the circuit breaker. An open breaker would stop other orders.
    breakAfter: 10,
    halfOpenAfterMs: 10_000,
  },
  ai: {
    // A model needs long for a complete response. The platform ends a request after 150 s, and the
    // hold must be settled before then.
    timeoutMs: 100_000,
    retries: 2,
    firstDelayMs: 250,
    // The caller waits during the delay.
    longestDelayMs: 8_000,
    breakAfter: 5,
    halfOpenAfterMs: 10_000,
  },
  mail: {
    timeoutMs: 10_000,
    // Only the notification runner can decide whether an email may be sent twice, so only the
    // runner retries.
    retries: 0,
    firstDelayMs: 0,
    longestDelayMs: 0,
    breakAfter: 5,
    // The circuit breaker can stay open this long: no user waits for an email, and the runner runs
    // only once a minute.
    halfOpenAfterMs: 30_000,
  },
  redis: {
    // Every request that a rate limit counts waits for Redis, although a process can count without
    // Redis. So the timeout is short: it is the longest delay that Redis may cause for a payment.
    timeoutMs: 200,
    retries: 0,
    firstDelayMs: 0,
    longestDelayMs: 0,
    // Five failed attempts, each with a full timeout, cost each isolate one second in all.
    breakAfter: 5,
    halfOpenAfterMs: 5_000,
  },
  jwks: {
    // A user waits while an isolate fetches Auth's key set for the first time. A quick 503 is
    // better than a slow one.
    timeoutMs: 2_000,
    retries: 1,
    firstDelayMs: 100,
    longestDelayMs: 500,
    breakAfter: 3,
    halfOpenAfterMs: 5_000,
  },
  webhook: {
    // Slack and similar services answer at once. Only a receiver that does its own work before it
    // answers would need longer.
    timeoutMs: 5_000,
    // The notification runner retries, as for email.
    retries: 0,
    firstDelayMs: 0,
    longestDelayMs: 0,
    breakAfter: 5,
    halfOpenAfterMs: 30_000,
  },
};
