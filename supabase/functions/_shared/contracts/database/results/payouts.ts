/** Results of the functions of payouts: the lists that are due, and the comparison. */

/** A payout whose list is one runner's to fetch. */
export interface PayoutToList {
  payout_id: string;
  claimed_at: string;
  /** The last transaction that is here already. */
  after: string | null;
}

/** `taken`: another runner has the payout by now. */
export type PayoutRecorded =
  | { listed: false }
  | { listed: true; mismatches: number }
  | { taken: true };

export interface PayoutResults {
  payouts_claim: PayoutToList | null;
  payouts_record: PayoutRecorded;
}
