/** Payouts to our own bank. Those of connected accounts are theirs: no facts of them are read. */
import type Stripe from "stripe";

export type PayoutFacts = {
  payout_id: string;
  /** Below zero where Stripe debits the bank. */
  amount: number;
  currency: string;
  /** Stripe's own schedule made it. Of no other payout Stripe knows what is in it. */
  automatic: boolean;
  status: string;
  /** `completed` once Stripe can list what it is made of. */
  reconciliation_status: string;
  failure_code: string | null;
  /** Seconds since 1970. */
  made_at: number;
  /** The beginning of the day on which the bank should have it, in seconds since 1970. */
  arrives_at: number;
};

export function payoutFacts(payout: Stripe.Payout): PayoutFacts {
  return {
    payout_id: payout.id,
    amount: payout.amount,
    currency: payout.currency,
    automatic: payout.automatic,
    status: payout.status,
    reconciliation_status: payout.reconciliation_status,
    failure_code: payout.failure_code,
    made_at: payout.created,
    arrives_at: payout.arrival_date,
  };
}
