/** A valid result of each database function behind the `fraud` endpoints. */
import type { FraudResults } from "../../../../supabase/functions/_shared/contracts/database/results/operators.ts";
import { USER_ID } from "../project.ts";
import type { SamplesOf } from "./database.ts";

export const BLOCK_ID = "7e0a1b2c-3d4e-4f50-8a6b-9c0d1e2f3a44";
export const WARNING_ID = "issfr_1NrWMZ2eZvKYlo2C";
const ORDER_ID = "9d3fa1b8-4ea1-49a5-9be2-2f8f6a4f4c01";
const NOW = "2026-11-21T12:00:00+00:00";

const block = {
  id: BLOCK_ID,
  kind: "user" as const,
  value: USER_ID,
  reason: "stolen cards",
  blocked_by: "key:default",
  until: null,
  created_at: NOW,
};

const policy = {
  sessions_per_user_hour: 10,
  sessions_per_ip_hour: 30,
  failed_cards_per_user_hour: 5,
  users_per_card_day: 3,
  cards_per_user_day: 5,
  bookings_per_provider_hour: 300,
  early_fraud_warning: "review" as const,
  updated_at: NOW,
  updated_by: "key:default",
};

export const FRAUD_SAMPLES: SamplesOf<FraudResults> = {
  fraud_decisions_list: () => ({
    decisions: [{
      id: "7",
      user_id: USER_ID,
      action: "checkout",
      outcome: "refuse",
      reasons: ["user_velocity", "no_ip"],
      order_id: null,
      booking_id: null,
      ip_hash: null,
      decided_at: NOW,
    }],
    next_before: "7",
  }),
  fraud_blocks_list: () => ({ blocks: [block], next_before: BLOCK_ID }),
  fraud_blocks_add: () => ({ status: 201, replayed: false, data: block }),
  fraud_blocks_remove: () => block,
  warnings_list: () => ({
    warnings: [{
      warning_id: WARNING_ID,
      order_id: ORDER_ID,
      booking_id: null,
      user_id: USER_ID,
      fraud_type: "made_with_stolen_card",
      actionable: true,
      state: "open",
      created_at: NOW,
    }],
    next_before: null,
  }),
  warnings_clear: () => ({
    status: 200,
    replayed: false,
    data: { warning_id: WARNING_ID, state: "cleared" },
  }),
  fraud_policy_read: () => policy,
  fraud_policy_set: () => ({ status: 200, replayed: false, data: policy }),
};
