/** Results of the database functions for refunds. */
import type * as refunds from "../../refunds.ts";
import type { Finished, Of, Page, Replay } from "./shapes.ts";

export type RefundAnswer = Of<typeof refunds.Refund>;

/** The fields of a refund that Stripe needs. */
export interface RefundToSend {
  refund_id: string;
  payment_id: string;
  order_id: string | null;
  booking_id: string | null;
  /** The amount in the currency's minor unit. */
  amount: number;
  currency: string;
  reason: string | null;
  /**
   * true if Stripe reverses the provider's share together with the refund. false for an order, and
   * for a booking whose share we transfer ourselves: we reverse that share separately.
   */
  connected: boolean;
  /** true if Stripe refunds the application fee with the refund. */
  has_fee: boolean;
  /** The installation's id, written into the refund's metadata. */
  mark: string;
}

/** The next step of a refund: return the stored response, or send the refund to Stripe. */
export type RefundStep =
  | Replay<RefundAnswer>
  | { step: "send"; refund: RefundToSend };

export interface RefundResults {
  refunds_begin: RefundStep;
  /**
   * Changes nothing. Returns the changes that the refund, and Stripe's event about it, would make.
   */
  refunds_preview: Of<typeof refunds.RefundPreview>;
  /**
   * Stores Stripe's id of the refund. Moves no credits, because they move when Stripe's event
   * arrives.
   */
  refunds_attach: RefundAnswer;
  /** Frees the idempotency key, and stores that Stripe refused: the refund has failed. */
  refunds_refuse: RefundAnswer;
  /**
   * Frees the idempotency key, and stores that Stripe's response is unknown. The refund's status
   * stays `requested`. The refund is sent again by a retry or by the runner.
   */
  refunds_postpone: RefundAnswer;
  /** Stores the refund's current state as the response. */
  refunds_finish: Finished<RefundAnswer>;
  refunds_read: RefundAnswer;
  refunds_list: Page<"refunds", RefundAnswer>;
  /**
   * Returns due refunds whose id at Stripe is not stored yet. A refund is returned again only when
   * its next attempt is due.
   */
  refunds_claim: RefundToSend[];
}
