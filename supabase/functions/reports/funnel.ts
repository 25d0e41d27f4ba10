import { FunnelRow } from "../_shared/contracts/reports/funnel.ts";
import { reportRoute } from "./report-route.ts";

const COUNTS = [
  "packages_seen",
  "checkouts",
  "buyers",
  "paid",
  "free",
  "paid_share",
  "refusals",
  "refused_accounts",
  "purchases_after_refusal",
  "first_purchases_after_refusal",
  "conversion",
] as const;

/**
 * Reports how many reads of the packages on sale lead to payments, and how many requests that were
 * refused for lack of credits lead to purchases.
 */
export const reportFunnel = reportRoute({
  name: "funnel",
  summary: "Report the funnel to purchases",
  description:
    "By day: packages seen, checkouts begun and paid, requests refused for lack of credits, and " +
    "purchases within 7 days after such a refusal.",
  row: FunnelRow,
  columns: [
    { key: "day", title: "day (UTC)" },
    ...COUNTS.map((key) => ({ key, isNumber: true })),
  ],
  read: (database, args) => database.rpc("report_funnel", args),
});
