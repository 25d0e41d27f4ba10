/** Results of the functions for reports. */
import type { ActorRow } from "../../reports/actors.ts";
import type { CreditRow } from "../../reports/credits.ts";
import type { KpiRow } from "../../reports/kpis.ts";
import type { LiabilityRow } from "../../reports/liabilities.ts";
import type { Report } from "../../reports/report.ts";
import type { RevenueRow } from "../../reports/revenue.ts";
import type { UsageRow } from "../../reports/usage.ts";

export interface ReportResults {
  report_actors: Report<typeof ActorRow>;
  report_credits: Report<typeof CreditRow>;
  report_liabilities: Report<typeof LiabilityRow>;
  report_revenue: Report<typeof RevenueRow>;
  report_kpis: Report<typeof KpiRow>;
  report_usage: Report<typeof UsageRow>;
}
