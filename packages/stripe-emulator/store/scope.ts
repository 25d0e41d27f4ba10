import type Stripe from "stripe";
import type { Settings } from "../core/settings.ts";
import type { Store } from "./store.ts";

/** Who caused a change: the API request, or nobody (a page, a timer, a control). */
export interface Cause {
  id: string | null;
  idempotency_key: string | null;
}

/**
 * What one request, page visit or timer works with. Made anew for each, so that the events it
 * causes carry its request id.
 */
export interface Scope {
  readonly settings: Settings;
  readonly store: Store;
  readonly cause: Cause;
  /** The connected account that the call is made on behalf of, by `Stripe-Account`. */
  readonly account: string | null;
  now(): Date;
  /** The time in whole seconds since 1970, Stripe's unit. */
  seconds(): number;
  /**
   * Records an event with a snapshot of the object and queues its deliveries.
   * `previous` holds the old values of the fields that an update changed; `account` is the
   * connected account that the event is of.
   */
  emit(type: Stripe.Event.Type, object: object, previous?: object, account?: string): void;
}
