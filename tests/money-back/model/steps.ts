/**
 * The steps of a history: everything that can happen to one buyer. Credits are text, money is in
 * minor units.
 */
import type { Movement } from "./dispute.ts";
import type { DisputeStatus, RefundStatus } from "./status-order.ts";

/**
 * The name of an event and the second of the event at Stripe. `order` in a step names an order or a
 * booking.
 */
interface Told {
  event: string;
  at: number;
}

export type StripeStep =
  & Told
  & (
    | { do: "payment"; order: string }
    | {
      do: "refund";
      order: string;
      refund: string;
      amount: number;
      status: RefundStatus;
      /** For a refund made in the dashboard: Stripe reverses the provider's part, too. */
      reverses?: boolean;
    }
    | {
      do: "dispute";
      order: string;
      dispute: string;
      amount: number;
      currency?: string;
      status: DisputeStatus;
      /** All balance transactions of the dispute so far. */
      moved: Movement[];
    }
    /** Stripe sets `actionable` to false after the payment is refunded or disputed. */
    | { do: "warning"; order: string; warning: string; actionable: boolean }
  );

/** The author of a request: the back end's key unless named. */
interface Asked {
  by?: string;
}

/** A reference that moves credits once. */
interface Referred {
  once?: string;
}

export const BACK_END = "key:default";

export type OwnStep =
  /** `expires_in`: seconds from the grant to the expiry of the credits that the order buys. */
  | { do: "order"; order: string; package: string; expires_in?: number }
  | Asked & Referred & {
    do: "grant";
    amount: string;
    source: "promotional" | "adjustment";
    priority?: number;
    /** Seconds from the grant to the expiry of its credits. */
    expires_in?: number;
  }
  | Asked & Referred & { do: "debit"; amount: string }
  | Asked & { do: "usage"; tokens: number }
  | Asked & { do: "hold"; hold: string; amount: string; ttl: number }
  | Asked & { do: "settle"; hold: string; amount: string }
  | { do: "release"; hold: string }
  | { do: "clear"; warning: string }
  /** Requests a refund of Stripe; later events about the refund have its name. */
  | { do: "ask"; order: string; refund: string; amount: number }
  /**
   * A booking of `amount`. The provider is paid after completion if `waits` is set, else with the
   * payment.
   */
  | { do: "book"; order: string; amount: number; currency: string; waits: boolean }
  /** The provider confirms or completes the booking. */
  | { do: "advance"; order: string; to: "confirmed" | "completed" }
  /** The buyer cancels the booking. */
  | { do: "cancel"; order: string }
  /** The payment runner makes every transfer and reversal that is due. */
  | { do: "run" }
  | { do: "sweep" }
  /** The buyer deletes their account; Stripe's events may still arrive. */
  | { do: "leave" };

/** `now` is in seconds; two steps of a history never have the same second. */
export type Step = { now: number } & (StripeStep | OwnStep);

const STRIPE_STEPS = ["payment", "refund", "dispute", "warning"];

export function isStripes(step: Step): step is { now: number } & StripeStep {
  return STRIPE_STEPS.includes(step.do);
}
