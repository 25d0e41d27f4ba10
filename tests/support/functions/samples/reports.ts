/** A valid result of each database function of reports, in the format that SQL returns. */
import type { ReportResults } from "../../../../supabase/functions/_shared/contracts/database/results/reports.ts";
import type { SamplesOf } from "./database.ts";

const CREDITS = {
  source: "paid" as const,
  opening: "100",
  granted: "9990",
  used: "150.5",
  debt_paid: "0",
  expired: "0",
  clawed_back: "0",
  closing: "9939.5",
};

const FUNNEL = {
  packages_seen: 120,
  checkouts: 10,
  buyers: 7,
  paid: 8,
  free: 1,
  paid_share: "0.8",
  refusals: 30,
  refused_accounts: 12,
  purchases_after_refusal: 6,
  first_purchases_after_refusal: 3,
  conversion: "0.25",
};

const USAGE = {
  charges: 2,
  corrections: 0,
  input_tokens: 2000,
  cached_input_tokens: 0,
  cache_write_tokens: 0,
  output_tokens: 1000,
  reasoning_tokens: 0,
  credits: "100",
  corrected_credits: "0",
  priced_credits: "100",
  value_usd: "0.1",
  provider_cost_usd: "0.025",
  margin_usd: "0.075",
};

const JOURNAL = {
  account: "stripe_balance" as const,
  account_code: "1010",
  debit: 999,
  credit: 0,
  currency: "usd",
};

const DEFERRED = {
  currency: "usd",
  product_line: "credits" as const,
  opening: 0,
  purchases: 9999,
  used: 1204,
  breakage: 0,
  refunded: 0,
  clawed_back: 0,
  adjustments: 0,
  closing: 8795,
};

/** The fields of a report's response other than its rows. */
const ANSWER = {
  from: "2026-11-01",
  to: "2026-11-21",
  time_zone: "UTC" as const,
  as_of: "2026-11-21T12:00:00+00:00",
  controls: [],
  formulas: {},
  policies: [],
  next_cursor: null,
};

const REVENUE = {
  product_line: "credits" as const,
  currency: "usd",
  lines: 4,
  gross: 2997,
  discounts: 0,
  tax: 0,
  refunds: -350,
  disputes: 0,
  dispute_fees: 0,
  application_fees: 0,
  application_fee_refunds: 0,
  transfers: 0,
  stripe_fees: -59,
  stripe_fees_provisional: -118,
  net: 2470,
  balance_change: 2470,
};

const PAYOUT = {
  day: "2026-11-21",
  payout_id: "po_1",
  currency: "usd",
  amount: 940,
  lines: 1,
  sum: 940,
  difference: 0,
  fees: -59,
  automatic: true,
  status: "paid",
  itemised: "listed" as const,
  mismatches: 0,
  made_at: "2026-11-21T12:00:00+00:00",
  arrives_at: "2026-11-22T00:00:00+00:00",
};

const PAYOUT_LINE = {
  balance_transaction_id: "txn_1",
  created_utc: "2026-11-21T12:00:00+00:00",
  available_on: "2026-11-23T12:00:00+00:00",
  currency: "usd",
  gross: 999,
  fee: 59,
  net: 940,
  reporting_category: "charge",
  source_id: "ch_1",
  description: null,
  customer_facing_amount: 999,
  customer_facing_currency: "usd",
  charge_id: "ch_1",
  payment_intent_id: "pi_1",
  refund_id: null,
  dispute_id: null,
  order_id: "4b0f1c5e-9f5d-4c2b-8a51-6a1f6a0d2f10",
  booking_id: null,
  account_id: 1,
  payout_id: "po_1",
  payout_effective_at: "2026-11-22T00:00:00+00:00",
  matched: true,
  mismatch: null,
  difference: 0,
};

export const REPORT_SAMPLES: SamplesOf<ReportResults> = {
  report_actors: () => ({
    ...ANSWER,
    rows: [{
      day: "2026-11-21",
      author_kind: "key",
      author: "key:default",
      kind: "usage",
      source: "entries",
      count: 2,
      credits: "50.5",
      amount: null,
      currency: null,
    }],
    totals: [{ kind: "usage", source: "entries", count: 2, credits: "50.5" }],
    controls: [{ name: "credits", report: "50.5", source: "50.5", difference: "0" }],
  }),
  report_credits: () => ({
    ...ANSWER,
    rows: [{ day: "2026-11-21", ...CREDITS }],
    totals: [CREDITS],
  }),
  report_journal: () => ({
    ...ANSWER,
    rows: [{
      day: "2026-11-21",
      entry_id: "2026-11-21 usd credits charge",
      ...JOURNAL,
      memo: "1 x charge of credits",
      source_id: "pi_1",
    }],
    totals: [JOURNAL],
  }),
  report_liabilities: () => ({
    ...ANSWER,
    rows: [{ month: "2026-11", ...DEFERRED, proof: 8795, difference: 0 }],
    totals: [DEFERRED],
  }),
  report_metrics: () => ({
    ...ANSWER,
    rows: [{
      name: "arpu",
      product_line: "credits",
      currency: "usd",
      value: "1235",
      unit: "minor units",
      numerator: "2470",
      denominator: "2",
      formula: "net_revenue / paying_accounts",
    }],
    totals: [],
  }),
  report_payouts: () => ({
    ...ANSWER,
    rows: [PAYOUT],
    totals: [{ currency: "usd", status: "paid", amount: 940, lines: 1, sum: 940, difference: 0 }],
  }),
  report_payout: () => ({
    ...ANSWER,
    rows: [PAYOUT_LINE],
    totals: [],
    payout: PAYOUT,
    mismatches: [],
  }),
  report_revenue: () => ({
    ...ANSWER,
    rows: [{ ...REVENUE, day: "2026-11-21", closed: false }],
    totals: [REVENUE],
    controls: [{ name: "paid orders in usd", report: "2997", source: "2997", difference: "0" }],
  }),
  report_funnel: () => ({
    ...ANSWER,
    rows: [{ day: "2026-11-21", ...FUNNEL }],
    totals: [FUNNEL],
  }),
  report_kpis: () => ({
    ...ANSWER,
    rows: [{
      name: "ledger_p95",
      day: null,
      label: null,
      value: "35.5",
      unit: "ms",
      target: "120",
      samples: 1200,
      formula: "95th percentile of the core routes of credits and usage",
    }],
    totals: [],
  }),
  report_usage: () => ({
    ...ANSWER,
    rows: [{
      ...USAGE,
      day: "2026-11-21",
      model: "gpt-4o",
      origin: null,
      feature: null,
      share: "1",
    }],
    totals: [USAGE],
  }),
};
