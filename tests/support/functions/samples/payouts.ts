/** A valid result of each database function of payouts, in the format that SQL returns. */
import type {
  PayoutResults,
  PayoutToList,
} from "../../../../supabase/functions/_shared/contracts/database/results/payouts.ts";
import type { BalanceTransaction } from "../../../../supabase/functions/_shared/contracts/stripe/balance-transaction.ts";
import type { SamplesOf } from "./database.ts";

export const PAYOUT_TO_LIST: PayoutToList = {
  payout_id: "po_1",
  claimed_at: "2026-11-21T12:00:00+00:00",
  after: null,
};

export const BALANCE_TRANSACTION: BalanceTransaction = {
  transaction_id: "txn_1",
  kind: "charge",
  type: "charge",
  reporting_category: "charge",
  description: null,
  source_id: "ch_1",
  payment_id: "pi_1",
  charge_id: "ch_1",
  fee_id: null,
  transfer_id: null,
  our_id: "9d3fa1b8-4ea1-49a5-9be2-2f8f6a4f4c01",
  mark: null,
  source_amount: 999,
  source_currency: "usd",
  amount: 999,
  fee: 59,
  net: 940,
  currency: "usd",
  occurred_at: 1_795_000_000,
  available_on: 1_795_172_800,
};

export const PAYOUT_SAMPLES: SamplesOf<PayoutResults> = {
  balance_claim: () => null,
  balance_record: () => ({ taken: false }),
  payouts_claim: () => null,
  payouts_record: ({ p_after }) =>
    typeof p_after === "string" ? { listed: false } : { listed: true, mismatches: 0 },
};
