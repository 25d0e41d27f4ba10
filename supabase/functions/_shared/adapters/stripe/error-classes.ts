/**
 * The error classes of Stripe's adapter. failures.ts chooses the class for an error of the SDK.
 * This file does not load the SDK, so every Edge Function may import it.
 */
import { ApiError } from "../../core/errors.ts";

/**
 * @param status 503 if Stripe could not be reached, 502 if Stripe answered and the response is
 * unusable
 */
export function unavailable(internal: string, status: 502 | 503, cause?: unknown): ApiError {
  return new ApiError("upstream_unavailable", { internal, status, cause });
}

/**
 * Stripe answered with an error, and stores the error under the request's idempotency key. A
 * repeated request with the same key gets the same error.
 */
export class StoredStripeError extends ApiError {}

/** The refused payment, with the fields that Stripe's error contains. */
interface RefusedPayment {
  readonly payment_id: string;
  readonly charge_id: string | null;
  readonly status: string;
}

interface Refusal {
  readonly internal: string;
  readonly cause: unknown;
  readonly stripeCode: string | null;
  readonly declineCode: string | null;
  readonly param: string | null;
  readonly payment: RefusedPayment | null;
}

/**
 * Stripe refused the request with a 4xx status and did nothing. This API answers with
 * 502 if the calling code has no more precise error.
 */
export class StripeRefused extends StoredStripeError {
  /** Stripe's error code, for example `charge_already_refunded`; null if Stripe gave none. */
  readonly stripeCode: string | null;
  /** The bank's reason for declining, for example `insufficient_funds`; null if there is none. */
  readonly declineCode: string | null;
  /** The parameter that Stripe rejects, for example `amount`; null if Stripe names none. */
  readonly param: string | null;
  readonly payment: RefusedPayment | null;

  constructor({ internal, cause, stripeCode, declineCode, param, payment }: Refusal) {
    super("upstream_unavailable", { internal, cause, status: 502 });
    this.stripeCode = stripeCode;
    this.declineCode = declineCode;
    this.param = param;
    this.payment = payment;
  }
}

/**
 * Stripe does not find a customer that this installation made. Stripe never forgets a customer:
 * even a deleted one can still be read. So the API key belongs to a different account or a
 * different mode (test or live), and Stripe's responses say nothing about our saved cards.
 */
export class OtherStripeAccount extends ApiError {
  constructor(readonly customerId: string, refusal: StripeRefused) {
    const internal = `${refusal.internal}: STRIPE_SECRET_KEY is of another account or mode`;
    super("upstream_unavailable", { internal, cause: refusal, status: 502 });
  }
}

/** Stripe refuses the API key, for example because it was rolled. Only an operator can correct this. */
export class StripeKeyRefused extends ApiError {}

/**
 * Stripe answered the request for a Checkout Session with an error, and stores this response under
 * the order's idempotency key. Every further request for this order would get the same response.
 */
export class OrderKeySpent extends ApiError {}

/** Stripe refused to compute a tax, because Stripe Tax is not set up. Only an operator can correct this. */
export class TaxNotSetUp extends OrderKeySpent {}
