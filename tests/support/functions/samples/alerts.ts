/** A valid result of each database function of alerts, in the format that SQL returns. */
import type { AlertResults } from "../../../../supabase/functions/_shared/contracts/database/results/operators.ts";
import { USER_ID } from "../project.ts";
import type { SamplesOf } from "./database.ts";

const NOW = "2026-11-21T12:00:00+00:00";

export const ALERT_ID = "0d8f9c1e-7a52-4c3b-9b1d-5e6f7a8b9c0d";

const alert = {
  id: ALERT_ID,
  rule: "webhook_backlog",
  subject: null,
  severity: "warning" as const,
  state: "open" as const,
  summary: "3 events from Stripe not applied for more than 15 minutes.",
  value: "3",
  threshold: "0",
  runbook: "docs/runbooks/webhook_backlog.md",
  count: 2,
  fired_at: NOW,
  last_seen_at: NOW,
  acknowledged_at: null,
  acknowledged_by: null,
  resolved_at: null,
};

export const ALERT_SAMPLES: SamplesOf<AlertResults> = {
  alerts_list: () => ({ alerts: [alert], next_before: ALERT_ID }),
  alerts_read: () => alert,
  alerts_acknowledge: () => ({
    ...alert,
    state: "acknowledged",
    acknowledged_at: NOW,
    acknowledged_by: `operator:${USER_ID}`,
  }),
};
