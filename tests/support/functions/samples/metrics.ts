/**
 * A valid result of each database function of metrics and health, in the format that SQL returns.
 */
import type { MetricResults } from "../../../../supabase/functions/_shared/contracts/database/results/metrics.ts";
import type { SamplesOf } from "./database.ts";

const NOW = "2026-11-21T12:00:00+00:00";

const requests = { requests: 100, errors: 1, p50_ms: 4.2, p95_ms: 80.5, p99_ms: 230 };

const nothing = {
  all: { requests: 0, errors: 0, p50_ms: null, p95_ms: null, p99_ms: null },
  routes: [],
};

export const METRIC_SAMPLES: SamplesOf<MetricResults> = {
  metrics_record: () => ({ recorded: true }),
  health_report: () => ({
    as_of: NOW,
    slo: {
      core_routes: ["POST /usage"],
      available: 0.995,
      fast: 0.95,
      fast_ms: 120,
      budget_days: 30,
    },
    windows: {
      "5m": nothing,
      "1h": { all: requests, routes: [{ route: "POST /usage", ...requests }] },
      "24h": { all: requests, routes: [{ route: "POST /usage", ...requests }] },
    },
    budget_left: { available: 0.98, fast: -0.25 },
    burns: [{
      slo: "available",
      long_minutes: 60,
      long_burn: 2,
      short_minutes: 5,
      short_burn: 0,
      factor: 14.4,
      burns: false,
    }],
    deep: [{
      name: "stripe",
      outcome: "ok",
      duration_ms: 120,
      code: null,
      checked_at: NOW,
      ok_at: NOW,
    }],
  }),
  health_hours: () => ({
    as_of: NOW,
    name: "outside_calls",
    rows: [{ hour: NOW, labels: { service: "ai", outcome: "timeout" }, count: 5, p95_ms: null }],
  }),
  health_tasks: () => ({
    as_of: NOW,
    ran_at: NOW,
    silent_seconds: 12,
    tasks: [{
      task: "seal",
      enabled: true,
      every_seconds: 60,
      next_due_at: NOW,
      started_at: null,
      last_run_at: NOW,
      last_ok_at: NOW,
      last_ms: 4,
      last_count: 0,
      failures: 0,
      last_error: null,
    }],
    failures: [{ task: "seal", failed_at: NOW, error: "55P03", took_ms: 5000 }],
    parked: [],
  }),
  health_metrics: () => ({
    counted: [
      {
        name: "ai_tokens",
        labels: "model=gpt-4o,kind=input",
        count: "1000.5",
        sum_ms: "0",
        buckets: [],
      },
      {
        name: "requests",
        labels: "route=POST /usage,status=2xx",
        count: "3",
        sum_ms: "130.5",
        buckets: [...new Array<number>(60).fill(0), 2, ...new Array<number>(7).fill(0), 1],
      },
    ],
    figures: [
      { name: "credits_held", labels: "", value: "0.000000000000000001" },
      { name: "credits_sold", labels: "kind=purchase", value: "9990" },
    ],
  }),
  deep_checks_claim: () => ({ claimed: true, units_left: 833 }),
  deep_checks_report: ({ p_name, p_outcome }) => ({ name: p_name, outcome: p_outcome }),
  deep_checks_ledger: () => ({ looked_at: 200, wrong: 0 }),
};
