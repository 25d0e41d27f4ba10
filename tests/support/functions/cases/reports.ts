/** The routes of `reports`, each with a request that succeeds. */
import type { RouteCase } from "./routes.ts";

const read = {
  method: "GET",
  allowed: ["operator", "secret"],
  as: "operator",
  status: 200,
} as const;

export const REPORT_CASES: readonly RouteCase[] = [
  { ...read, path: "/reports/actors", reaches: ["report_actors"] },
  { ...read, path: "/reports/credits", reaches: ["report_credits"] },
  { ...read, path: "/reports/liabilities", reaches: ["report_liabilities"] },
  { ...read, path: "/reports/journal", reaches: ["report_journal"] },
  { ...read, path: "/reports/revenue", reaches: ["report_revenue"] },
  { ...read, path: "/reports/funnel", reaches: ["report_funnel"] },
  { ...read, path: "/reports/kpis", reaches: ["report_kpis"] },
  { ...read, path: "/reports/metrics", reaches: ["report_metrics"] },
  { ...read, path: "/reports/payouts", reaches: ["report_payouts"] },
  { ...read, path: "/reports/payouts/po_1", reaches: ["report_payout"] },
  { ...read, path: "/reports/usage", reaches: ["report_usage"] },
];
