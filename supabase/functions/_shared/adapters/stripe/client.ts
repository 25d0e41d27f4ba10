/** Calls Stripe under a resilience policy, and throws this project's errors instead of Stripe's. */
import { AsyncLocalStorage } from "node:async_hooks";
import Stripe from "stripe";
import { ApiError } from "../../core/errors.ts";
import { type Metrics, NO_METRICS } from "../../metrics/metrics.ts";
import { createResiliencePolicy } from "../../resilience/resilience-policy.ts";
import { EXTERNAL_SERVICES } from "../../resilience/external-services.ts";
import { failureOf } from "./failures.ts";

export interface StripeCaller {
  /**
   * Runs one request to Stripe. All attempts at it use the idempotency key of the first attempt.
   * @throws StripeRefused for a definite refusal; StoredStripeError if Stripe failed and would
   * answer a retry with this key in the same way; otherwise ApiError `upstream_unavailable`, or
   * `idempotency_in_progress` while Stripe processes a request with the same key
   */
  call<T>(run: (stripe: Stripe) => Promise<T>): Promise<T>;
}

interface ClientOptions {
  readonly secretKey: string;
  /** The URL of the Stripe emulator. Without it, the client calls Stripe. */
  readonly apiUrl?: string | undefined;
}

/**
 * The API version of the SDK's types. Every request names it, and events of this version are used
 * unchanged.
 */
export const API_VERSION = Stripe.API_VERSION;

interface Attempt {
  readonly signal: AbortSignal;
  readonly call: { key?: string };
}

/**
 * Gives fetch the attempt's signal and idempotency key. The SDK accepts no signal. If a call has no
 * idempotency key, the SDK makes a new one for each attempt, but all attempts of a call must send
 * the first one.
 */
const attempts = new AsyncLocalStorage<Attempt>();

/** The request options that this code changes. They are typed here because some runtimes' types lack them. */
interface RequestOptions {
  readonly headers?: HeadersInit;
  readonly signal?: AbortSignal | null;
}

const fetchInAttempt: typeof fetch = (input, init) => {
  const under = attempts.getStore();
  if (under === undefined) return fetch(input, init);
  const { signal, call } = under;
  const sent: RequestOptions = init ?? {};
  const headers = new Headers(sent.headers);
  const key = headers.get("idempotency-key");
  if (key !== null) headers.set("idempotency-key", call.key ??= key);
  const signals = sent.signal ? [sent.signal, signal] : [signal];
  return fetch(input, { ...init, headers, signal: AbortSignal.any(signals) });
};

export function createClient({ secretKey, apiUrl }: ClientOptions): Stripe {
  const address = apiUrl === undefined ? {} : hostOf(new URL(apiUrl));
  return new Stripe(secretKey, {
    apiVersion: API_VERSION,
    httpClient: Stripe.createFetchHttpClient(fetchInAttempt),
    // Only the resilience policy ends and retries calls, so this timeout is longer than the
    // policy's. One exception: the SDK repeats a request once if the other side has closed the
    // connection. The idempotency key is the same, so nothing happens twice.
    timeout: 2 * EXTERNAL_SERVICES.stripe.timeoutMs,
    maxNetworkRetries: 0,
    telemetry: false,
    ...address,
  });
}

function hostOf(url: URL) {
  const protocol = url.protocol === "http:" ? "http" as const : "https" as const;
  return { protocol, host: url.hostname, port: url.port || (protocol === "http" ? "80" : "443") };
}

/**
 * Returns true if Stripe is down. A refusal is not an outage: one buyer's bad request must not open
 * the breaker.
 */
function isOutage(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeConnectionError ||
    error instanceof Stripe.errors.StripeAPIError;
}

function headerOf(error: unknown, name: string): string | null {
  return error instanceof Stripe.errors.StripeError ? error.headers?.[name] ?? null : null;
}

/**
 * Returns true if Stripe asks for a retry, is unavailable, or is still processing a request with
 * the same idempotency key. Stripe's SDK retries in the same cases.
 */
function isTransient(error: unknown): boolean {
  const said = headerOf(error, "stripe-should-retry");
  if (said !== null) return said === "true";
  return isOutage(error) || error instanceof Stripe.errors.StripeError && error.statusCode === 409;
}

function retryAfterMs(error: unknown): number | undefined {
  const seconds = Number(headerOf(error, "retry-after") ?? NaN);
  return Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : undefined;
}

export function createCaller(client: Stripe, metrics: Metrics = NO_METRICS): StripeCaller {
  const policy = createResiliencePolicy("stripe", { isOutage, isTransient, retryAfterMs, metrics });
  return {
    async call(run) {
      const call = {};
      try {
        return await policy.execute((signal) => attempts.run({ signal, call }, () => run(client)));
      } catch (error) {
        throw error instanceof ApiError ? error : failureOf(error);
      }
    },
  };
}
