/** Valid items of the lists that operators read, in the format that SQL returns. */
import type { ListResults } from "../../../../supabase/functions/_shared/contracts/database/results/lists.ts";
import { USER_ID } from "../project.ts";
import type { SamplesOf } from "./database.ts";

export const DISPUTE_ID = "du_1";
export const PAYOUT_ID = "po_1";
export const MISMATCH_ID = "5a0e7a34-90a2-4f0e-8a6e-6c1f7d1b2e31";
export const NOTIFICATION_ID = "0c3b8f0a-6a1e-4c2b-9d55-0f4f3c2b1a10";
const ORDER_ID = "9d3fa1b8-4ea1-49a5-9be2-2f8f6a4f4c01";
const NOW = "2026-11-21T12:00:00+00:00";

const dispute = {
  dispute_id: DISPUTE_ID,
  status: "needs_response",
  is_open: true,
  reason: "fraudulent",
  case_type: "chargeback",
  evidence_due_by: NOW,
  amount: 999,
  currency: "usd",
  order_id: ORDER_ID,
  booking_id: null,
  user_id: USER_ID,
  credits_taken_back: "9990",
  movements: [
    { transaction_id: "txn_1", amount: -999, fee: 1500, currency: "usd", created_at: NOW },
  ],
  created_at: NOW,
  updated_at: NOW,
};

const mismatch = {
  mismatch_id: MISMATCH_ID,
  kind: "charge_differs" as const,
  state: "open" as const,
  subject: "ch_1",
  payout_id: PAYOUT_ID,
  transaction_id: "txn_1",
  order_id: ORDER_ID,
  booking_id: null,
  refund_id: null,
  dispute_id: null,
  user_id: USER_ID,
  ours: "999 usd paid",
  theirs: "1000 usd charge",
  ours_amount: 999,
  theirs_amount: 1000,
  currency: "usd",
  difference: 1,
  found_at: NOW,
  seen_at: NOW,
  resolved_at: null,
  resolved_by: null,
  reason: null,
};

const payout = {
  payout_id: PAYOUT_ID,
  status: "paid",
  amount: 910,
  currency: "usd",
  automatic: true,
  made_at: NOW,
  arrives_at: NOW,
  failure_code: null,
  reconciliation: "mismatched" as const,
  ours: 1,
  not_ours: 0,
  open_mismatches: 1,
  listed_at: NOW,
  reconciled_at: NOW,
};

const notification = {
  notification_id: NOTIFICATION_ID,
  recipient: "owner" as const,
  user_id: USER_ID,
  address: "a***@example.com",
  template: "receipt",
  state: "dead" as const,
  attempts: 8,
  next_attempt_at: null,
  sender: "postmark",
  provider_id: null,
  last_error: "refused",
  created_at: NOW,
  finished_at: NOW,
  retried_at: null,
};

const proof = {
  id: "7",
  outcome: "violated" as const,
  scope: "whole" as const,
  is_done: true,
  violations: 1,
  detail: "rule 1",
  started_at: NOW,
  duration_ms: 120,
};

const welcomeGrant = {
  id: "17",
  user_id: USER_ID,
  address: "a***@example.com",
  status: "refused" as const,
  refused_as: "day_ceiling" as const,
  amount: null,
  lot_id: null,
  queued_at: NOW,
  decided_at: NOW,
  retried_at: null,
};

export const LIST_SAMPLES: SamplesOf<ListResults> = {
  disputes_list: () => ({ disputes: [dispute], next_before: DISPUTE_ID }),
  disputes_read: () => dispute,
  mismatches_list: () => ({ mismatches: [mismatch], next_before: MISMATCH_ID }),
  mismatches_resolve: () => ({ status: 200, replayed: false, data: mismatch }),
  notifications_list: () => ({ notifications: [notification], next_before: null }),
  notifications_retry: () => ({ status: 200, replayed: false, data: notification }),
  notifications_retry_dead: () => ({
    status: 200,
    replayed: false,
    data: {
      dry_run: false,
      until: NOW,
      found: [{ template: "receipt", last_error: "refused", count: 1 }],
      retried: 1,
    },
  }),
  welcome_list: () => ({ welcome_grants: [welcomeGrant], next_before: "17" }),
  welcome_retry: () => ({ status: 200, replayed: false, data: welcomeGrant }),
  welcome_retry_refused: () => ({
    status: 200,
    replayed: false,
    data: {
      dry_run: false,
      until: NOW,
      found: [{ refused_as: "day_ceiling", count: 1 }],
      retried: 1,
    },
  }),
  payouts_list: () => ({ payouts: [payout], next_before: PAYOUT_ID }),
  payouts_read: () => ({
    ...payout,
    lines: [{ kind: "charge" as const, count: 1, amount: 1000, fee: 90, net: 910 }],
    mismatches: [mismatch],
  }),
  proofs_list: () => ({ proofs: [proof], next_before: "7" }),
  proofs_read: () => ({
    ...proof,
    found: [{ rule: 1, account_id: "12", user_id: USER_ID, detail: "the balance differs" }],
  }),
};
