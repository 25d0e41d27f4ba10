/** A valid result of each database function for customers, in the format that SQL returns. */
import type { CustomerResults } from "../../../../supabase/functions/_shared/contracts/database/results/customers.ts";
import { USER_ID } from "../project.ts";
import type { SamplesOf } from "./database.ts";
import { TOP_UP_SAMPLES } from "./top-ups.ts";

const NOW = "2026-11-21T12:00:00+00:00";

const customer = {
  id: USER_ID,
  user_id: USER_ID,
  account_id: "17",
  kind: "user" as const,
  email: "ann@example.com",
  created_at: NOW,
  left_at: null,
  balance: "9990",
  available: "9990",
  debt: "0",
};

const ID = "4b0f1c5e-9f5d-4c2b-8a51-6a1f6a0d2f10";
const none = { items: [], has_more: false, path: null };

/** A ledger entry with its reason. */
export const entry = {
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
  author: "key:default",
  metadata: { model: "gpt-4o" },
  event_at: NOW,
  created_at: NOW,
  order_id: null,
  job_id: null,
  hold_id: null,
  stripe_event_id: null,
  reason: "Usage of gpt-4o: 1000 input, 500 output tokens",
};

export const CUSTOMER_SAMPLES: SamplesOf<CustomerResults> = {
  customers_search: () => ({ customers: [{ ...customer, matched_by: "email" }] }),
  customers_read: () => ({
    customer,
    refused_next: [{
      action: "debit",
      above: "9990",
      code: "insufficient_credits",
      reason: "Only 9990 credits are available.",
      details: { limit: "balance", available: "9990" },
    }],
    credits: { balance: "9990", held: "0", available: "9990", debt: "0", frozen: "0", as_of: NOW },
    entries: { items: [entry], has_more: true, path: `/credits/entries?user_id=${USER_ID}` },
    lots: none,
    holds: none,
    spend_cap: {
      daily: null,
      own_daily: null,
      imposed_daily: null,
      spent_today: "0",
      resets_at: NOW,
    },
    welcome_grant: null,
    orders: none,
    refunds: none,
    disputes: none,
    warnings: none,
    bookings: none,
    stripe_customer: null,
    top_up: TOP_UP_SAMPLES.top_ups_read({ p_user_id: USER_ID }),
    blocks: none,
    jobs: none,
    notifications: none,
    features: [{ name: "b2c", enabled: true }],
  }),
  customers_reads: () => ({
    reads: [{
      read_at: NOW,
      author: `operator:${USER_ID}`,
      route: "GET /customers/{id}",
      query: null,
      request_id: "request-1",
      correlation_id: null,
    }],
    next_before: null,
  }),
};
