import { MetricRow } from "../_shared/contracts/reports/metrics.ts";
import { PayoutRow } from "../_shared/contracts/reports/payouts.ts";
import { RevenueRow } from "../_shared/contracts/reports/revenue.ts";
import { reportRoute } from "./report-route.ts";

const MINOR = "(minor units)";

/** Reports what was sold, what was refunded and Stripe's fees. */
export const reportRevenue = reportRoute({
  name: "revenue",
  summary: "Report revenue by day",
  description:
    "Payments, refunds, disputes and fees by day (UTC), product line and currency, in minor " +
    "units. Currencies are never added together. A fact of a closed month counts in the oldest " +
    "open month, so the figures of a closed month never change. A balance transaction that Stripe " +
    "lists after its month closed remains a difference in the `controls` of both months.",
  row: RevenueRow,
  columns: [
    { key: "day", title: "day (UTC)" },
    { key: "product_line" },
    { key: "currency" },
    { key: "lines", isNumber: true },
    { key: "gross", title: `gross ${MINOR}`, isNumber: true },
    { key: "discounts", title: `discounts ${MINOR}`, isNumber: true },
    { key: "tax", title: `tax ${MINOR}`, isNumber: true },
    { key: "refunds", title: `refunds ${MINOR}`, isNumber: true },
    { key: "disputes", title: `disputes ${MINOR}`, isNumber: true },
    { key: "dispute_fees", title: `dispute_fees ${MINOR}`, isNumber: true },
    { key: "application_fees", title: `application_fees ${MINOR}`, isNumber: true },
    { key: "application_fee_refunds", title: `application_fee_refunds ${MINOR}`, isNumber: true },
    { key: "transfers", title: `transfers ${MINOR}`, isNumber: true },
    { key: "stripe_fees", title: `stripe_fees ${MINOR}`, isNumber: true },
    { key: "stripe_fees_provisional", title: `stripe_fees_provisional ${MINOR}`, isNumber: true },
    { key: "net", title: `net ${MINOR}`, isNumber: true },
    { key: "balance_change", title: `balance_change ${MINOR}`, isNumber: true },
    { key: "closed" },
  ],
  read: (database, args) => database.rpc("report_revenue", args),
});

/** Reports Stripe's payouts to our bank. */
export const reportPayouts = reportRoute({
  name: "payouts",
  summary: "Report payouts",
  description:
    "Payouts by the day (UTC) on which they were made. Each has the sum of its balance " +
    "transactions, and how far the sum differs from the payout's amount. Stripe does not list the " +
    "transactions of a manual payout, so the report assigns it the oldest available transactions.",
  row: PayoutRow,
  columns: [
    { key: "day", title: "day (UTC)" },
    { key: "payout_id" },
    { key: "currency" },
    { key: "amount", title: `amount ${MINOR}`, isNumber: true },
    { key: "lines", isNumber: true },
    { key: "sum", title: `sum ${MINOR}`, isNumber: true },
    { key: "difference", title: `difference ${MINOR}`, isNumber: true },
    { key: "fees", title: `fees ${MINOR}`, isNumber: true },
    { key: "automatic" },
    { key: "status" },
    { key: "itemised" },
    { key: "mismatches", isNumber: true },
    { key: "made_at", title: "made_at (UTC)" },
    { key: "arrives_at", title: "arrives_at (UTC)" },
  ],
  read: (database, args) => database.rpc("report_payouts", args),
});

/**
 * Reports GMV, net revenue, ARPU, take rate, conversion and the collected share of booking fees.
 */
export const reportMetrics = reportRoute({
  name: "metrics",
  summary: "Report metrics of revenue",
  description:
    "GMV, net revenue, ARPU, take rate, conversion, and the collected share of booking fees, by " +
    "currency and product line. Each row has its numerator, denominator and formula.",
  row: MetricRow,
  columns: [
    { key: "name" },
    { key: "product_line" },
    { key: "currency" },
    { key: "value", isNumber: true },
    { key: "unit" },
    { key: "numerator", isNumber: true },
    { key: "denominator", isNumber: true },
    { key: "formula" },
  ],
  read: (database, args) => database.rpc("report_metrics", args),
});
