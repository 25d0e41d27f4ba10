/** One balance transaction, in the form that payouts_record() and balance_record() take. */

type Kind =
  | "charge"
  | "refund"
  | "dispute"
  | "fee"
  | "fee_refund"
  | "transfer"
  | "transfer_reversal"
  | "payout"
  | "other";

/**
 * Money that came into our balance at Stripe or left it. The fields are flat and hold no personal
 * data.
 */
export interface BalanceTransaction {
  transaction_id: string;
  kind: Kind;
  /** Stripe's own type, for example `refund_failure`. */
  type: string;
  reporting_category: string | null;
  /** Null for charges and refunds, because their description may name a customer. */
  description: string | null;
  source_id: string | null;
  payment_id: string | null;
  charge_id: string | null;
  fee_id: string | null;
  /** The transfer that a reversal reverses. */
  transfer_id: string | null;
  /**
   * The id of an order, a booking or a refund from the metadata. Another app may have written it.
   */
  our_id: string | null;
  /** The id of the installation that made the payment (adapters/stripe/stored-facts/installation-mark.ts). */
  mark: string | null;
  /**
   * The amount of the transaction's source, such as a charge, in the source's currency. That
   * currency may differ from the payout's currency.
   */
  source_amount: number | null;
  source_currency: string | null;
  /** The signed amount in the payout's currency; `net` is `amount` less Stripe's `fee`. */
  amount: number;
  fee: number;
  net: number;
  currency: string;
  /** The time of the transaction, in seconds since 1970. */
  occurred_at: number;
  /** The time from which the money can be paid out, in seconds since 1970. */
  available_on: number;
}
