/** Results of the database functions for reports. */
import type { z } from "@hono/zod-openapi";
import type { ActorRow } from "../../reports/actors.ts";
import type { CreditRow } from "../../reports/credits.ts";
import type { FunnelRow } from "../../reports/funnel.ts";
import type { JournalRow } from "../../reports/journal.ts";
import type { KpiRow } from "../../reports/kpis.ts";
import type { LiabilityRow } from "../../reports/liabilities.ts";
import type { MetricRow } from "../../reports/metrics.ts";
import type { PayoutReport, PayoutRow } from "../../reports/payouts.ts";
import type { Report } from "../../reports/report.ts";
import type { RevenueRow } from "../../reports/revenue.ts";
import type { UsageRow } from "../../reports/usage.ts";

export interface ReportResults {
  report_actors: Report<typeof ActorRow>;
  report_credits: Report<typeof CreditRow>;
  report_journal: Report<typeof JournalRow>;
  report_liabilities: Report<typeof LiabilityRow>;
  report_metrics: Report<typeof MetricRow>;
  report_payout: z.output<typeof PayoutReport>;
  report_payouts: Report<typeof PayoutRow>;
  report_revenue: Report<typeof RevenueRow>;
  report_funnel: Report<typeof FunnelRow>;
  report_kpis: Report<typeof KpiRow>;
  report_usage: Report<typeof UsageRow>;
}
