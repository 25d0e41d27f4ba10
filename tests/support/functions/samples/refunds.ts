/** A valid result of each database function of refunds, in the format that SQL returns. */
import type {
  RefundResults,
  RefundToSend,
} from "../../../../supabase/functions/_shared/contracts/database/results/refunds.ts";
import type { TransferResults } from "../../../../supabase/functions/_shared/contracts/database/results/bookings.ts";
import { MARK } from "../project.ts";
import type { SamplesOf } from "./database.ts";

const NOW = "2026-11-21T12:00:00+00:00";
const ORDER_ID = "9d3fa1b8-4ea1-49a5-9be2-2f8f6a4f4c01";

export const REFUND_ID = "2f2f7a3e-6f3b-4a55-9d53-1e0b6f6a9c11";

export const REFUND_TO_SEND: RefundToSend = {
  refund_id: REFUND_ID,
  payment_id: "pi_1",
  order_id: ORDER_ID,
  booking_id: null,
  amount: 999,
  currency: "usd",
  reason: null,
  connected: false,
  has_fee: false,
  mark: MARK,
};

/** A refund that was requested from Stripe, before Stripe's first event about the refund. */
export const PENDING_REFUND = {
  refund_id: REFUND_ID,
  order_id: ORDER_ID,
  booking_id: null,
  status: "pending" as const,
  amount: 999,
  currency: "usd",
  reason: null,
  requested_by: "key:default",
  credits_taken_back: "0",
  debt_added: "0",
  stripe_refund_id: "re_1",
  failure_reason: null,
  created_at: NOW,
  updated_at: NOW,
};

/** The same refund after the event that reports the refund's success. */
export const SETTLED_REFUND = {
  ...PENDING_REFUND,
  status: "succeeded" as const,
  credits_taken_back: "9990",
  debt_added: "40",
};

export const REFUND_PREVIEW = {
  dry_run: true as const,
  order_id: ORDER_ID,
  booking_id: null,
  amount: 999,
  currency: "usd",
  refundable_after: 0,
  credits_taken_back: "9990",
  debt_added: "40",
};

export const REFUND_SAMPLES: SamplesOf<RefundResults & TransferResults> = {
  refunds_begin: () => ({ step: "send", refund: REFUND_TO_SEND }),
  refunds_preview: () => REFUND_PREVIEW,
  refunds_attach: () => PENDING_REFUND,
  refunds_refuse: () => ({ ...PENDING_REFUND, status: "failed", stripe_refund_id: null }),
  refunds_postpone: () => ({ ...PENDING_REFUND, stripe_refund_id: null }),
  refunds_finish: () => ({ status: 201, data: SETTLED_REFUND }),
  refunds_read: () => SETTLED_REFUND,
  refunds_list: () => ({ refunds: [SETTLED_REFUND], next_before: REFUND_ID }),
  refunds_claim: () => [],
  transfers_claim: () => [],
  transfers_finish: () => ({}),
};
