/** A valid result of each database function, in the format that SQL returns. */
import type {
  ArgsOf,
  FunctionName,
  ResultOf,
  Results,
} from "../../../../supabase/functions/_shared/contracts/database/functions.ts";
import type { SessionSettings } from "../../../../supabase/functions/_shared/contracts/database/results/checkout.ts";
import { BOOKING_SAMPLES } from "./bookings.ts";
import { CHAT_SAMPLES } from "./chats.ts";
import { CUSTOMER_SAMPLES } from "./customers.ts";
import { FEATURE_SAMPLES } from "./features.ts";
import { ALERT_SAMPLES } from "./alerts.ts";
import { FRAUD_SAMPLES } from "./fraud.ts";
import { INBOX_SAMPLES } from "./inbox.ts";
import { JOB_SAMPLES } from "./jobs.ts";
import { LIST_SAMPLES } from "./lists.ts";
import { METRIC_SAMPLES } from "./metrics.ts";
import { NOTIFICATION_SAMPLES } from "./notifications.ts";
import { PAYOUT_SAMPLES } from "./payouts.ts";
import { MARK, USER_ID } from "../project.ts";
import { REFUND_SAMPLES } from "./refunds.ts";
import { REPORT_SAMPLES } from "./reports.ts";
import { SETTING_SAMPLES } from "./settings.ts";
import { TOP_UP_SAMPLES } from "./top-ups.ts";

const ID = "4b0f1c5e-9f5d-4c2b-8a51-6a1f6a0d2f10";
const LATER = "2026-11-21T13:00:00+00:00";
const NOW = "2026-11-21T12:00:00+00:00";
const TINY = "0.000000000000000001";

export const ORDER_ID = "9d3fa1b8-4ea1-49a5-9be2-2f8f6a4f4c01";
export const HOLD_ID = "1c7e2f4a-2c1b-4b51-8b7a-6f0a9d8e7c02";
export const GRANT_ID = "7b0c9b0e-1f6f-4a34-8c55-3d7c2a9b1e22";

/** The settings of a checkout session under the policy's defaults. */
export const SESSION_DEFAULTS: SessionSettings = {
  locale: "auto",
  automatic_tax: false,
  tax_behavior: "inclusive",
  tax_code: null,
  billing_address: "auto",
  tax_ids: false,
  invoices: false,
  promotion_codes: false,
  customer_id: null,
  customer_email: "buyer@example.com",
};

const share = { id: ID, source: "paid" as const, amount: "50" };

const charge = {
  transaction_id: ID,
  event_id: "event-1",
  credits: "50",
  balance_after: `9940${TINY.slice(1)}`,
  rate_version: 1,
  lots: [share],
};

const entry = {
  id: ID,
  seq: 7,
  kind: "usage" as const,
  amount: "-50",
  balance_after: "9940",
  transaction_id: ID,
  lot_id: ID,
  reference_type: "usage",
  reference_id: "event-1",
  correlation_id: null,
  author: "key",
  metadata: { model: "gpt-4o" },
  event_at: NOW,
  created_at: NOW,
};

const recordedGrant = {
  grant_id: GRANT_ID,
  user_id: USER_ID,
  status: "pending" as const,
  source: "adjustment" as const,
  amount: "100001",
  priority: null,
  expires_at: null,
  reason: "an outage",
  reference_id: null,
  ceiling: "grant" as const,
  requested_by: `operator:${ID}`,
  confirm_before: NOW,
  decided_by: null,
  decided_at: null,
  lot_id: null,
  created_at: NOW,
};

const hold = {
  hold_id: HOLD_ID,
  user_id: USER_ID,
  amount: "50",
  reason: null,
  expires_at: LATER,
  created_at: NOW,
  resolved_at: null,
  status: "open" as const,
};

const sale = {
  order_id: ORDER_ID,
  kind: "package" as const,
  expires_at: LATER,
  package_id: "starter",
  package_slug: "starter",
  package_name: "Starter",
  amount: 999,
  amount_subtotal: 999,
  amount_discount: null,
  amount_tax: null,
  amount_total: null,
  invoice_id: null,
  has_tax_id: null,
  currency: "usd",
  credits: "9990",
  bonus_credits: "0",
  total_credits: "9990",
  amount_refunded: 0,
  amount_disputed: 0,
  credits_taken_back: "0",
  client_temp_id: null,
  paid_at: null,
  created_at: NOW,
};

const checkout = {
  ...sale,
  status: "pending" as const,
  checkout_session_id: "cs_test_1",
  checkout_url: "https://checkout.example.com/cs_test_1",
};

const rate = {
  model: "gpt-4o",
  version: 1,
  input_per_million_usd: "5",
  cached_input_per_million_usd: null,
  cache_write_per_million_usd: null,
  output_per_million_usd: "15",
  reasoning_per_million_usd: null,
  markup: "4",
  effective_from: NOW,
};

function fresh<T>(status: number, data: T) {
  return { status, replayed: false, data };
}

/**
 * For each database function of a subject: a function that returns a valid result for the given
 * arguments.
 */
export type SamplesOf<Subject> = {
  [N in keyof Subject & FunctionName]: (args: ArgsOf<N>) => ResultOf<N>;
};

export const SAMPLES: SamplesOf<Results> = {
  credits_balance: () => ({
    balance: "9990",
    held: "0",
    available: "9990",
    debt: "0",
    lots: [{ id: ID, source: "paid", remaining: "9990", expires_at: null, frozen: false }],
    as_of: NOW,
  }),
  credits_entries: () => ({ entries: [entry], next_before: null }),
  credits_grant: ({ p_user_id, p_amount }) =>
    fresh(201, {
      id: ID,
      user_id: p_user_id,
      source: "promotional",
      amount: p_amount,
      remaining: p_amount,
      priority: 100,
      expires_at: null,
      created_at: NOW,
    }),
  grants_preview: ({ p_user_id, p_amount }) => ({
    dry_run: true,
    user_id: p_user_id,
    amount: p_amount,
    status: "granted",
    ceiling: null,
    balance_after: "10000",
    debt_after: "0",
  }),
  grants_decide: () => fresh(200, recordedGrant),
  grants_read: () => recordedGrant,
  grants_list: () => ({ grants: [recordedGrant], next_before: null }),
  credits_debit: ({ p_amount }) =>
    fresh(201, { transaction_id: ID, amount: p_amount, balance_after: "1", lots: [share] }),
  holds_open: () => fresh(201, { ...hold, available_after: "9940" }),
  holds_read: () => hold,
  holds_settle: () =>
    fresh(200, {
      hold_id: HOLD_ID,
      status: "settled",
      settled: "40",
      released: "10",
      shortfall: "0",
      balance_after: "9950",
      transaction_id: ID,
      lots: [share],
    }),
  holds_release: () => fresh(200, { hold_id: HOLD_ID, status: "released" }),
  usage_rates: () => [rate],
  usage_estimate: () => ({ credits: "50", rate_version: 1 }),
  usage_charge: () => fresh(201, charge),
  usage_charge_batch: () =>
    fresh(200, {
      accepted: 1,
      duplicates: 0,
      rejected: [{ index: 1, event_id: "event-2", code: "not_found" }],
      results: [{ ...charge, index: 0 }],
    }),
  checkout_packages: () => [{
    id: ID,
    slug: "starter",
    name: "Starter",
    description: null,
    highlight: false,
    amount: 999,
    currency: "usd",
    prices: [{ currency: "usd", amount: 999 }],
    credits: "9990",
    bonus_credits: "0",
    total_credits: "9990",
  }],
  checkout_begin: ({ p_success_url, p_cancel_url }) => ({
    step: "create",
    order: {
      ...sale,
      success_url: p_success_url,
      cancel_url: p_cancel_url,
      expires_at_epoch: 1_795_266_000,
      session_settings: SESSION_DEFAULTS,
      mark: MARK,
    },
  }),
  checkout_attach: () => ({ status: 201, data: checkout }),
  checkout_abandon: () => ({}),
  checkout_orders: () => ({ orders: [{ ...checkout }], next_before: ORDER_ID }),
  checkout_order: () => checkout,
  ...JOB_SAMPLES,
  ...CHAT_SAMPLES,
  ...REFUND_SAMPLES,
  ...REPORT_SAMPLES,
  ...CUSTOMER_SAMPLES,
  ...SETTING_SAMPLES,
  ...FEATURE_SAMPLES,
  ...BOOKING_SAMPLES,
  ...ALERT_SAMPLES,
  ...FRAUD_SAMPLES,
  ...INBOX_SAMPLES,
  ...TOP_UP_SAMPLES,
  ...LIST_SAMPLES,
  ...METRIC_SAMPLES,
  ...NOTIFICATION_SAMPLES,
  ...PAYOUT_SAMPLES,
  idempotency_store: () => ({}),
  stripe_faults_report: () => ({}),
  mfa_check: () => ({}),
  mode_check: () => ({ livemode: null }),
  health_database: () => ({ ok: true, at: NOW, runs_tasks: true }),
};
