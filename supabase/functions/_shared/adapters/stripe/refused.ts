/** In a file of its own, so that a function can know these without loading Stripe's SDK. */
import { ApiError } from "../../core/errors.ts";

/**
 * Stripe answered with an error and keeps that answer under the request's idempotency key: asking again
 * under the same key would give it again.
 */
export class KeptAnswer extends ApiError {}

/** The payment that a refusal is about, as far as Stripe names it. */
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

/** Stripe said a definite no, a 4xx: nothing has happened there. Who knows no better answers 502. */
export class Refused extends KeptAnswer {
  /** Stripe's error code, for example `charge_already_refunded`; null where it gave none. */
  readonly stripeCode: string | null;
  /** Why the bank declined, for example `insufficient_funds`. */
  readonly declineCode: string | null;
  /** The parameter that Stripe finds wrong, for example `amount`. */
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
