/**
 * A valid result of each database function of top-ups and spend caps, in the format that SQL
 * returns.
 */
import type {
  TopUpCharge,
  TopUpResults,
} from "../../../../supabase/functions/_shared/contracts/database/results/top-ups.ts";
import { MARK, USER_ID } from "../project.ts";
import type { SamplesOf } from "./database.ts";

const NOW = "2026-11-21T12:00:00+00:00";
const ORDER_ID = "7b1f0a52-52d1-4c0e-8c5b-9b1a5f0e7d21";

export const TOP_UP_CHARGE: TopUpCharge = {
  order_id: ORDER_ID,
  step: "charge",
  amount: 500,
  currency: "usd",
  credits: "5000",
  customer_id: "cus_1",
  payment_method_id: "pm_1",
  payment_id: null,
  expires_at_epoch: 1_795_266_000,
  mark: MARK,
};

export const TOP_UP_LINK: TopUpCharge = { ...TOP_UP_CHARGE, step: "link", payment_id: "pi_1" };

export const TOP_UPS = {
  enabled: true,
  threshold: "1000",
  target: "5000",
  monthly_cap: 2000,
  currency: "usd",
  consented_at: NOW,
  state: "on" as const,
  paused: null,
  failures: 0,
  next_attempt_at: null,
  charged_this_month: 500,
  card: { brand: "visa", last4: "4242", exp_month: 12, exp_year: 2040 },
  link: null,
  pending_charge: null,
  charges: [{
    order_id: ORDER_ID,
    status: "paid",
    amount: 500,
    currency: "usd",
    credits: "5000",
    failure_code: null,
    created_at: NOW,
  }],
};

const CAP = {
  user_id: USER_ID,
  daily: "500",
  own_daily: "500",
  imposed_daily: null,
  spent_today: "20.5",
  resets_at: "2026-11-22T00:00:00+00:00",
};

export const TOP_UP_SAMPLES: SamplesOf<TopUpResults> = {
  top_ups_read: () => TOP_UPS,
  top_ups_set: () => ({ status: 200, replayed: false, data: TOP_UPS }),
  top_ups_stop: () => ({ ...TOP_UPS, enabled: false, state: "off", consented_at: null }),
  cards_begin: ({ p_user_id }) => ({
    step: "create",
    user_id: p_user_id,
    account_id: 7,
    customer_id: null,
  }),
  customers_attach: ({ p_customer_id }) => ({ customer_id: p_customer_id }),
  cards_finish: ({ p_setup_url }) => ({ status: 201, data: { setup_url: p_setup_url } }),
  cards_abandon: () => ({}),
  cards_remove: () => ({
    removals: [{ payment_method_id: "pm_1", customer_id: "cus_1", attempts: 0 }],
    top_ups: { ...TOP_UPS, enabled: false, state: "off", consented_at: null, card: null },
  }),
  cards_claim: () => [],
  cards_describe: () => ({ stored: true }),
  cards_detached: () => ({}),
  welcome_run: () => ({ granted: 0 }),
  top_ups_claim: () => [],
  top_ups_report: ({ p_order_id }) => ({
    order_id: p_order_id,
    status: "processing",
    step: "settle",
  }),
  top_ups_link: ({ p_order_id }) => ({ order_id: p_order_id, status: "pending" }),
  spend_caps_preview: ({ p_daily }) => ({ ...CAP, daily: p_daily, dry_run: true }),
  spend_caps_read: () => CAP,
  spend_caps_set: ({ p_daily }) => ({
    status: 200,
    replayed: false,
    data: { ...CAP, daily: p_daily },
  }),
};
