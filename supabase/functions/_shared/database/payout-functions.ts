/** The database functions of payouts: whose list is due, and what Stripe lists. */
import type { PayoutTransaction } from "../stripe/payout-lists.ts";
import type { Fn, Optional } from "./functions.ts";

/** A payout whose list is one runner's to fetch. */
export interface PayoutToList {
  payout_id: string;
  claimed_at: string;
  /** The last transaction that is here already. */
  after: string | null;
}

interface RecordArgs {
  p_payout_id: string;
  p_claimed_at: string;
  p_transactions: readonly PayoutTransaction[];
  /** Null where the list is at its end. */
  p_after: Optional<string>;
}

/** `taken`: another runner has the payout by now. */
export type PayoutRecorded =
  | { listed: false }
  | { listed: true; mismatches: number }
  | { taken: true };

export interface PayoutFunctions {
  payouts_claim: Fn<Record<never, never>, PayoutToList | null>;
  payouts_record: Fn<RecordArgs, PayoutRecorded>;
}
