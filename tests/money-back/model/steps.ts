/**
 * The steps of a history: everything that can happen to one buyer. Amounts of credits are text, and amounts
 * of money are in minor units.
 */
import type { Movement } from "./dispute.ts";
import type { DisputeStatus, RefundStatus } from "./status-order.ts";

/**
 * The event's name, and the second in which Stripe created the event. `order` in a step names an
 * order or a booking.
 */
interface EventFields {
  event: string;
  at: number;
}

export type StripeStep =
  & EventFields
  & (
    | { do: "payment"; order: string }
    | {
      do: "refund";
      order: string;
      refund: string;
      amount: number;
      status: RefundStatus;
      /** True if a refund that was made in the dashboard also reverses the provider's part. */
      reverses?: boolean;
    }
    | {
      do: "dispute";
      order: string;
      dispute: string;
      amount: number;
      currency?: string;
      status: DisputeStatus;
      /** All balance transactions of the dispute up to this event. */
      moved: Movement[];
    }
    /** Stripe sets `actionable` to false after a refund or a dispute of the payment. */
    | { do: "warning"; order: string; warning: string; actionable: boolean }
  );

/** The author of a request; the back end's key by default. */
interface Requested {
  by?: string;
}

/** A reference under which credits can be moved only once. */
interface Referred {
  once?: string;
}

export const BACK_END = "key:default";

export type OwnStep =
  /** `expires_in`: seconds from the grant to the expiry of the bought credits. */
  | { do: "order"; order: string; package: string; expires_in?: number }
  | Requested & Referred & {
    do: "grant";
    amount: string;
    source: "promotional" | "adjustment";
    priority?: number;
    /** Seconds from the grant to the expiry of the granted credits. */
    expires_in?: number;
  }
  | Requested & Referred & { do: "debit"; amount: string }
  | Requested & { do: "usage"; tokens: number }
  | Requested & { do: "hold"; hold: string; amount: string; ttl: number }
  | Requested & { do: "settle"; hold: string; amount: string }
  | { do: "release"; hold: string }
  | { do: "clear"; warning: string }
  /** Requests a refund. Later events about the refund use its name. */
  | { do: "ask"; order: string; refund: string; amount: number }
  /**
   * Books for `amount`. If `waits` is true, the provider is paid after completion. If not, Stripe
   * divides the payment between provider and platform when the buyer pays.
   */
  | { do: "book"; order: string; amount: number; currency: string; waits: boolean }
  /** The provider confirms or completes the booking. */
  | { do: "advance"; order: string; to: "confirmed" | "completed" }
  /** The buyer cancels the booking. */
  | { do: "cancel"; order: string }
  /** The payment runner makes all transfers and reversals that are due. */
  | { do: "run" }
  | { do: "sweep" }
  /** The buyer deletes their account; Stripe's events may still arrive. */
  | { do: "leave" };

/** `now` is in seconds. No two steps of a history have the same second. */
export type Step = { now: number } & (StripeStep | OwnStep);

const STRIPE_STEPS = ["payment", "refund", "dispute", "warning"];

export function isStripes(step: Step): step is { now: number } & StripeStep {
  return STRIPE_STEPS.includes(step.do);
}
