/**
 * How long we wait for each external service, how often we ask again, and when we stop asking. It is one
 * table, so that nobody has to add up the policies of several places (docs/decisions/resilience.md).
 */
import type { RetryPolicy } from "./retry.ts";

export interface ExternalService extends RetryPolicy {
  /** One attempt; never longer than what is left of the request. A timeout is not retried. */
  readonly timeoutMs: number;
  /** A service that asks to be left alone for longer is left alone, and our caller is told. */
  readonly longestDelayMs: number;
  /** Outages in a row after which nobody asks any more. */
  readonly breakAfter: number;
  /** Then one call is let through, and decides. */
  readonly halfOpenAfterMs: number;
}

export type ServiceName = "stripe" | "ai" | "mail" | "redis" | "jwks" | "webhook";

export const EXTERNAL_SERVICES: Readonly<Record<ServiceName, ExternalService>> = {
  stripe: {
    // Slow days of theirs are a few seconds; twice as long and our own work still fit a request's 30 s.
    timeoutMs: 10_000,
    // A POST keeps its idempotency key, so a retry is safe; more would only keep a buyer waiting.
    retries: 2,
    firstDelayMs: 500,
    longestDelayMs: 4_000,
    // Three requests and more: one buyer whose order Stripe chokes on does not close the shop.
    breakAfter: 10,
    halfOpenAfterMs: 10_000,
  },
  ai: {
    // A whole answer takes as long as it is: the platform waits 150 s, and ours has to be settled first.
    timeoutMs: 100_000,
    retries: 2,
    firstDelayMs: 250,
    // Whoever asks us waits as long.
    longestDelayMs: 8_000,
    breakAfter: 5,
    halfOpenAfterMs: 10_000,
  },
  mail: {
    timeoutMs: 10_000,
    // The outbox tries again by itself, and it alone knows whether a mail may go twice.
    retries: 0,
    firstDelayMs: 0,
    longestDelayMs: 0,
    breakAfter: 5,
    // Nobody waits for a mail, and the runner comes once a minute.
    halfOpenAfterMs: 30_000,
  },
  redis: {
    // Every request waits for it, and there is another way to count: this is what a payment may lose to it.
    timeoutMs: 200,
    retries: 0,
    firstDelayMs: 0,
    longestDelayMs: 0,
    // With 5 in a row each isolate has lost one second in all.
    breakAfter: 5,
    halfOpenAfterMs: 5_000,
  },
  jwks: {
    // A user waits for the first key set of an isolate, and a quick 503 is better than a slow one.
    timeoutMs: 2_000,
    retries: 1,
    firstDelayMs: 100,
    longestDelayMs: 500,
    breakAfter: 3,
    halfOpenAfterMs: 5_000,
  },
  webhook: {
    // Slack and its like answer at once; who is slower does their work before they answer.
    timeoutMs: 5_000,
    // As for mail: the outbox tries again.
    retries: 0,
    firstDelayMs: 0,
    longestDelayMs: 0,
    breakAfter: 5,
    halfOpenAfterMs: 30_000,
  },
};
