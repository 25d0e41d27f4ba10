import type Stripe from "stripe";
import type { Settings } from "../core/settings.ts";
import type { Store } from "./store.ts";

/**
 * The request that caused a change: an API call or a visit to a page. Both fields are null for
 * changes by timers, by requests under `/_emulator` and by onboarding.
 */
export interface Cause {
  id: string | null;
  idempotency_key: string | null;
}

/**
 * Access to the state for one request, page visit or timer. Each request has a scope of its own, so
 * that the events which it causes contain its id.
 */
export interface Scope {
  readonly settings: Settings;
  readonly store: Store;
  readonly cause: Cause;
  /** The connected account in the header `Stripe-Account`. */
  readonly account: string | null;
  now(): Date;
  /** Returns the time in whole seconds since 1970, the unit of Stripe's times. */
  seconds(): number;
  /**
   * Records an event with a snapshot of the object, and queues the event's deliveries. `previous`
   * holds the old values of the changed fields, and `account` is the event's connected account.
   */
  emit(type: Stripe.Event.Type, object: object, previous?: object, account?: string): void;
}
