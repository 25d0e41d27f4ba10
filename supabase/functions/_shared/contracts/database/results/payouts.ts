/**
 * Results of the database functions for payouts. The results say which lists of balance
 * transactions must be fetched from Stripe, and how the fetched lists compare with our records.
 */

/**
 * A payout that one runner has claimed. The runner fetches the list of the payout's balance
 * transactions.
 */
export interface PayoutToList {
  payout_id: string;
  claimed_at: string;
  /**
   * The id of the last recorded balance transaction of the payout; null before the first page of
   * the list.
   */
  after: string | null;
}

/**
 * The result of recording one page of a payout's balance transactions. `listed` is true after the
 * last page, when the database has compared the payout with our records. `taken` means that a
 * different runner has claimed the payout in the meantime.
 */
export type PayoutRecorded =
  | { listed: false }
  | { listed: true; mismatches: number }
  | { taken: true };

/**
 * A period that one runner has claimed. The runner fetches the period's balance transactions.
 * `since` and `until` are seconds since 1970.
 */
export interface BalanceToList {
  claimed_at: string;
  since: number;
  until: number;
  /**
   * The id of the last recorded balance transaction of the period; null before the first page of
   * the list.
   */
  after: string | null;
}

export interface PayoutResults {
  balance_claim: BalanceToList | null;
  /** `taken` is true if a different runner has claimed the period in the meantime. */
  balance_record: { taken: boolean };
  payouts_claim: PayoutToList | null;
  payouts_record: PayoutRecorded;
}
