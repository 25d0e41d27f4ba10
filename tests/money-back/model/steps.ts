/** What can happen to one buyer: the steps of a history. Credits as text, money in minor units. */
import type { Movement } from "./dispute.ts";
import type { DisputeStatus, RefundStatus } from "./ranks.ts";

/**
 * The name of an event (`order` names an order or a booking), and when Stripe says that it happened, in
 * seconds.
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
      /** Of one from the dashboard: Stripe was told to take the provider's part back. */
      reverses?: boolean;
    }
    | {
      do: "dispute";
      order: string;
      dispute: string;
      amount: number;
      currency?: string;
      status: DisputeStatus;
      /** All that has moved by it so far. */
      moved: Movement[];
    }
    /** Stripe calls it no longer actionable once the payment is refunded or disputed. */
    | { do: "warning"; order: string; warning: string; actionable: boolean }
  );

/** The author of a request: the back end's own key unless named. */
interface Asked {
  by?: string;
}

/** A reference that moves credits once, for ever. */
interface Referred {
  once?: string;
}

export const BACK_END = "key:default";

export type OwnStep =
  /** `expires_in`: what is bought expires so many seconds after it is granted. */
  | { do: "order"; order: string; package: string; expires_in?: number }
  | Asked & Referred & {
    do: "grant";
    amount: string;
    source: "promotional" | "adjustment";
    priority?: number;
    /** Seconds from then. */
    expires_in?: number;
  }
  | Asked & Referred & { do: "debit"; amount: string }
  | Asked & { do: "usage"; tokens: number }
  | Asked & { do: "hold"; hold: string; amount: string; ttl: number }
  | Asked & { do: "settle"; hold: string; amount: string }
  | { do: "release"; hold: string }
  | { do: "clear"; warning: string }
  /** We ask Stripe for a refund; its events, when they come, have its name. */
  | { do: "ask"; order: string; refund: string; amount: number }
  /** A booking of `amount`; the provider's share `waits` for its end, or goes with the payment. */
  | { do: "book"; order: string; amount: number; currency: string; waits: boolean }
  /** By its provider. */
  | { do: "advance"; order: string; to: "confirmed" | "completed" }
  /** By its buyer. */
  | { do: "cancel"; order: string }
  /** The runner makes all that is due at Stripe. */
  | { do: "run" }
  | { do: "sweep" }
  /** The buyer deletes their account with us; Stripe may still have something to say. */
  | { do: "leave" };

/** `now` in seconds, and never the same twice in a history. */
export type Step = { now: number } & (StripeStep | OwnStep);

const STRIPE_STEPS = ["payment", "refund", "dispute", "warning"];

export function isStripes(step: Step): step is { now: number } & StripeStep {
  return STRIPE_STEPS.includes(step.do);
}
