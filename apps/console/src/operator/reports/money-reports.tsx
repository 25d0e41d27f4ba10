/** The reports about money: revenue, fees, metrics, payouts, deferred revenue and the journal. */
import type { RevenueRow } from "@farthing/client";
import { Link } from "wouter";
import type { ReportColumn } from "../../parts/report-figures.tsx";
import { wordsOf } from "../../parts/api-names.ts";
import { moneyCharts, netRevenueCharts } from "../../parts/chart/money-charts.ts";
import { denominatorOf, numeratorOf } from "./quotients.ts";
import { ReportPage } from "./report-page.tsx";
import type { ReportSpec } from "./report-spec.ts";

const LINE: readonly ReportColumn<RevenueRow>[] = [
  { key: "day", kind: "day" },
  { key: "product_line", kind: "words" },
  { key: "currency", kind: "text" },
];

const REVENUE: ReportSpec<"/reports/revenue"> = {
  path: "/reports/revenue",
  title: "Revenue",
  lead: "Sales, refunds and disputes, by day and product line.",
  columns: [
    ...LINE,
    { key: "gross", kind: "money" },
    { key: "discounts", kind: "money" },
    { key: "refunds", kind: "money" },
    { key: "disputes", kind: "money" },
    { key: "dispute_fees", kind: "money" },
    { key: "application_fees", kind: "money" },
    { key: "application_fee_refunds", kind: "money" },
    { key: "stripe_fees", kind: "money" },
    { key: "stripe_fees_provisional", kind: "money" },
    { key: "net", kind: "money" },
    { key: "tax", kind: "money" },
    { key: "transfers", kind: "money" },
    { key: "balance_change", kind: "money" },
    { key: "lines", kind: "count" },
    { key: "closed", kind: "flag", title: "Month closed" },
  ],
  charts: netRevenueCharts,
  empty: "There are no sales in this range. Each day with a payment appears here.",
};

const FEES: ReportSpec<"/reports/revenue"> = {
  ...REVENUE,
  title: "Fees",
  lead: "Stripe's fees, and our fees of bookings. Fees that no payout lists yet are provisional.",
  columns: [
    ...LINE,
    { key: "stripe_fees", kind: "money" },
    { key: "stripe_fees_provisional", kind: "money" },
    { key: "dispute_fees", kind: "money" },
    { key: "application_fees", kind: "money" },
    { key: "application_fee_refunds", kind: "money" },
  ],
  charts: (rows) =>
    moneyCharts(rows, {
      caption: "Stripe's fees that payouts list",
      time: ({ day }) => day,
      name: ({ product_line }) => wordsOf(product_line),
      amount: ({ stripe_fees }) => stripe_fees,
    }),
  empty: "No fee was paid in this range. Each day with a fee will appear here.",
};

const METRICS: ReportSpec<"/reports/metrics"> = {
  path: "/reports/metrics",
  title: "Metrics",
  lead:
    "GMV, net revenue, take rate, ARPU, conversion and the capture of fees, with their formulas.",
  columns: [
    { key: "name", kind: "words", title: "Metric" },
    { key: "product_line", kind: "words", without: "both lines" },
    { key: "currency", kind: "text" },
    { key: "value", kind: "measure" },
    { key: "numerator", kind: "decimal", cell: numeratorOf },
    { key: "denominator", kind: "decimal", cell: denominatorOf },
  ],
  empty: "There is no metric for this range. Metrics appear with the first order.",
};

const PAYOUTS: ReportSpec<"/reports/payouts"> = {
  path: "/reports/payouts",
  title: "Payout reconciliation",
  lead: "Each payout, the sum of its lines, and the difference. Open a payout to see its lines.",
  columns: [
    { key: "day", kind: "day" },
    {
      key: "payout_id",
      kind: "id",
      title: "Payout",
      cell: ({ payout_id }) => (
        <Link href={`/payouts/${payout_id}`} className="underline">{payout_id}</Link>
      ),
    },
    { key: "currency", kind: "text" },
    { key: "amount", kind: "money" },
    { key: "sum", kind: "money", title: "Sum of the lines" },
    { key: "difference", kind: "money", title: "Difference (payout less lines)" },
    { key: "fees", kind: "money" },
    { key: "lines", kind: "count" },
    { key: "mismatches", kind: "count", title: "Open mismatches" },
    { key: "status", kind: "words" },
    { key: "itemised", kind: "words" },
    { key: "automatic", kind: "flag" },
    { key: "made_at", kind: "moment" },
    { key: "arrives_at", kind: "moment" },
  ],
  empty: "Stripe made no payout in this range. Each payout will appear here with its lines.",
};

const LIABILITIES: ReportSpec<"/reports/liabilities"> = {
  path: "/reports/liabilities",
  title: "Deferred revenue",
  lead: "The value of unused credits, and how it changed, by whole months.",
  columns: [
    { key: "month", kind: "day" },
    { key: "product_line", kind: "words" },
    { key: "currency", kind: "text" },
    { key: "opening", kind: "money" },
    { key: "purchases", kind: "money" },
    { key: "used", kind: "money" },
    { key: "breakage", kind: "money" },
    { key: "refunded", kind: "money" },
    { key: "clawed_back", kind: "money" },
    { key: "adjustments", kind: "money" },
    { key: "closing", kind: "money" },
    { key: "proof", kind: "money" },
    { key: "difference", kind: "money" },
  ],
  charts: (rows) =>
    moneyCharts(rows, {
      caption: "Deferred revenue at the end of the month",
      step: "Month",
      time: ({ month }) => month,
      name: () => "closing",
      amount: ({ closing }) => closing,
    }),
  empty: "No credits have been sold yet. Each month with a sale will appear here.",
};

const JOURNAL: ReportSpec<"/reports/journal"> = {
  path: "/reports/journal",
  title: "Journal",
  lead: "Money and deferred revenue in double entry, for the books.",
  columns: [
    { key: "day", kind: "day" },
    { key: "account", kind: "words" },
    { key: "account_code", kind: "text", title: "Code" },
    { key: "debit", kind: "money" },
    { key: "credit", kind: "money" },
    { key: "currency", kind: "text" },
    { key: "memo", kind: "text" },
    { key: "source_id", kind: "id" },
    { key: "entry_id", kind: "id" },
  ],
  empty:
    "The journal has no lines in this range. Each day with money or used credits appears here.",
};

export const RevenuePage = () => <ReportPage spec={REVENUE} />;
export const FeesPage = () => <ReportPage spec={FEES} />;
export const MetricsPage = () => <ReportPage spec={METRICS} />;
export const PayoutReportsPage = () => <ReportPage spec={PAYOUTS} />;
export const LiabilitiesPage = () => <ReportPage spec={LIABILITIES} />;
export const JournalPage = () => <ReportPage spec={JOURNAL} />;
