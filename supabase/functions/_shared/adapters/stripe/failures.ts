/** Turns the SDK's errors, and responses of an unexpected kind, into the errors of error-classes.ts. */
import Stripe from "stripe";
import { ApiError } from "../../core/errors.ts";
import {
  StoredStripeError,
  StripeKeyRefused,
  StripeRefused,
  unavailable,
} from "./error-classes.ts";
import { idOf } from "./stored-facts/object-id.ts";

const BUSY_RETRY_SECONDS = 1;
/**
 * Statuses with which Stripe refuses the API key. Stripe did not process the request, and a different API key
 * may succeed.
 */
const KEY_REFUSED = [401, 403];

export function describe(error: unknown): string {
  if (error instanceof Stripe.errors.StripeError) {
    return `stripe: ${error.type} ${error.code ?? ""} ${error.message} ${error.requestId ?? ""}`;
  }
  return `stripe: ${String(error)}`;
}

function refused(error: Stripe.errors.StripeError, internal: string): StripeRefused {
  const { payment_intent: payment } = error;
  return new StripeRefused({
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

/**
 * Turns Stripe's error into an error of this API. The class and the code of the returned error show
 * whether another attempt can succeed.
 */
export function failureOf(error: unknown): ApiError {
  const internal = describe(error);
  if (error instanceof Stripe.errors.StripeConnectionError) {
    return unavailable(internal, 503, error);
  }
  if (!(error instanceof Stripe.errors.StripeError)) return unavailable(internal, 502, error);
  const status = error.statusCode ?? 0;
  if (status === 409) {
    return new ApiError("idempotency_in_progress", {
      message: "Stripe is still processing an earlier attempt at this request. Try again shortly.",
      retryAfterSeconds: BUSY_RETRY_SECONDS,
      internal,
      cause: error,
    });
  }
  if (status === 401) {
    return new StripeKeyRefused("upstream_unavailable", { internal, status: 502, cause: error });
  }
  const isKept = status >= 400 && !KEY_REFUSED.includes(status) &&
    !(error instanceof Stripe.errors.StripeRateLimitError);
  if (!isKept) return unavailable(internal, 502, error);
  // The idempotency key was used before for a different request, and this code does not know the result of
  // that request.
  const isReused = error instanceof Stripe.errors.StripeIdempotencyError;
  if (status < 500 && !isReused) return refused(error, internal);
  return new StoredStripeError("upstream_unavailable", { internal, status: 502, cause: error });
}

/**
 * Checks that a response is the expected kind of object. The SDK treats any JSON without an `error`
 * as a success, even the body of a 404.
 */
export function requireObject<T extends { object: string; id: string }>(
  answer: T,
  object: T["object"],
): T {
  if (answer?.object === object && typeof answer.id === "string") return answer;
  throw unavailable(`stripe: the response is not a ${object}`, 502);
}
