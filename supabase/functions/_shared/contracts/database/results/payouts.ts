/**
 * Results of the functions for payouts: the lists that are due, and their comparison with our
 * records.
 */

/** A payout whose list one runner has claimed. */
export interface PayoutToList {
  payout_id: string;
  claimed_at: string;
  /** The last recorded transaction; null before the first page. */
  after: string | null;
}

/**
 * The result of recording a page. `listed` is true after the last page, when the database has
 * compared the payout with our records. `taken` means that a different runner has claimed the
 * payout in the meantime.
 */
export type PayoutRecorded =
  | { listed: false }
  | { listed: true; mismatches: number }
  | { taken: true };

/**
 * A period whose balance transactions one runner lists. `since` and `until` are seconds since 1970.
 */
export interface BalanceToList {
  claimed_at: string;
  since: number;
  until: number;
  /** The last recorded transaction; null before the first page. */
  after: string | null;
}

export interface PayoutResults {
  balance_claim: BalanceToList | null;
  /** `taken` means that a different runner has claimed the list in the meantime. */
  balance_record: { taken: boolean };
  payouts_claim: PayoutToList | null;
  payouts_record: PayoutRecorded;
}
