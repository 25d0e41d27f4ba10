/** One balance transaction of a payout, as payouts_record() takes it. */

type Kind = "charge" | "refund" | "dispute" | "fee" | "fee_refund" | "payout" | "other";

/** Money that came into a payout or left it. Flat, and nothing of a person, as facts are. */
export interface PayoutTransaction {
  transaction_id: string;
  kind: Kind;
  /** Stripe's own word, for example `refund_failure`. */
  type: string;
  source_id: string | null;
  payment_id: string | null;
  charge_id: string | null;
  fee_id: string | null;
  /** An order, a booking or a refund by its metadata, perhaps another app's. */
  our_id: string | null;
  /** Of the installation that made it; see mark.ts. */
  mark: string | null;
  /** The source's amount in its own currency: the buyer's, which may not be the payout's. */
  source_amount: number | null;
  source_currency: string | null;
  /** Signed, in the payout's currency; `net` is what is left of it after Stripe's `fee`. */
  amount: number;
  fee: number;
  net: number;
  currency: string;
  /** Seconds since 1970. */
  occurred_at: number;
}
