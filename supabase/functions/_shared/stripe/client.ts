/** Stripe's client behind one door: a breaker before it, our errors instead of its own behind it. */
import { circuitBreaker, ConsecutiveBreaker, handleWhen, isBrokenCircuitError } from "cockatiel";
import Stripe from "stripe";
import { ApiError } from "../http/errors.ts";
import { idOf } from "./id-of.ts";
import { KeptAnswer, Refused } from "./refused.ts";

export interface StripeCaller {
  /**
   * Runs one request.
   * @throws Refused for a definite no; KeptAnswer where Stripe failed and says so under this key again; else
   * ApiError `upstream_unavailable`, or `idempotency_in_progress` while the same key is being served
   */
  call<T>(run: (stripe: Stripe) => Promise<T>): Promise<T>;
}

interface ClientOptions {
  readonly secretKey: string;
  /** Only for a stand-in; absent means Stripe itself. */
  readonly apiUrl?: string | undefined;
}

const API_VERSION = "2026-10-28.endive";
const TIMEOUT_MS = 15_000;
const MAX_RETRIES = 2;
const BREAK_AFTER_FAILURES = 5;
const HALF_OPEN_AFTER_MS = 10_000;
const BUSY_RETRY_SECONDS = 1;
/** No answer to the request but to our key: nothing was looked at, and with another key it may succeed. */
const KEY_REFUSED = [401, 403];

export function createClient({ secretKey, apiUrl }: ClientOptions): Stripe {
  const address = apiUrl === undefined ? {} : hostOf(new URL(apiUrl));
  return new Stripe(secretKey, {
    apiVersion: API_VERSION,
    httpClient: Stripe.createFetchHttpClient(),
    timeout: TIMEOUT_MS,
    maxNetworkRetries: MAX_RETRIES,
    telemetry: false,
    ...address,
  });
}

function hostOf(url: URL) {
  const protocol = url.protocol === "http:" ? "http" as const : "https" as const;
  return { protocol, host: url.hostname, port: url.port || (protocol === "http" ? "80" : "443") };
}

export function unavailable(internal: string, status: 502 | 503, cause?: unknown): ApiError {
  return new ApiError("upstream_unavailable", { internal, status, cause });
}

/** The SDK takes any JSON without an `error` for success, a 404's included: look before believing. */
export function requireObject<T extends { object: string; id: string }>(
  answer: T,
  object: T["object"],
): T {
  if (answer?.object === object && typeof answer.id === "string") return answer;
  throw unavailable(`stripe: the answer is no ${object}`, 502);
}

/** Stripe down, not Stripe refusing: one person's bad request must not close the shop. */
function isOutage(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeConnectionError ||
    error instanceof Stripe.errors.StripeAPIError;
}

export function describe(error: unknown): string {
  if (error instanceof Stripe.errors.StripeError) {
    return `stripe: ${error.type} ${error.code ?? ""} ${error.message} ${error.requestId ?? ""}`;
  }
  return `stripe: ${String(error)}`;
}

function refused(error: Stripe.errors.StripeError, internal: string): Refused {
  const { payment_intent: payment } = error;
  return new Refused({
    internal,
    cause: error,
    stripeCode: error.code ?? null,
    declineCode: error.decline_code ?? null,
    param: error.param ?? null,
    payment: payment === undefined ? null : {
      payment_id: payment.id,
      charge_id: idOf(payment.latest_charge),
      status: payment.status,
    },
  });
}

/** What an error of Stripe's is to us, and whether asking again can help. */
function failureOf(error: unknown): ApiError {
  const internal = describe(error);
  const isDown = isBrokenCircuitError(error) ||
    error instanceof Stripe.errors.StripeConnectionError;
  if (isDown) return unavailable(internal, 503, error);
  if (!(error instanceof Stripe.errors.StripeError)) return unavailable(internal, 502, error);
  const status = error.statusCode ?? 0;
  if (status === 409) {
    return new ApiError("idempotency_in_progress", {
      message: "Another request is doing this at Stripe just now. Try again shortly.",
      retryAfterSeconds: BUSY_RETRY_SECONDS,
      internal,
      cause: error,
    });
  }
  const isKept = status >= 400 && !KEY_REFUSED.includes(status) &&
    !(error instanceof Stripe.errors.StripeRateLimitError);
  if (!isKept) return unavailable(internal, 502, error);
  // Asked for something else under this key before: what became of that is not known here.
  const isReused = error instanceof Stripe.errors.StripeIdempotencyError;
  if (status < 500 && !isReused) return refused(error, internal);
  return new KeptAnswer("upstream_unavailable", { internal, status: 502, cause: error });
}

export function createCaller(client: Stripe): StripeCaller {
  const breaker = circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: HALF_OPEN_AFTER_MS,
    breaker: new ConsecutiveBreaker(BREAK_AFTER_FAILURES),
  });
  return {
    async call(run) {
      try {
        return await breaker.execute(() => run(client));
      } catch (error) {
        throw error instanceof ApiError ? error : failureOf(error);
      }
    },
  };
}
