import { KpiRow } from "../_shared/contracts/reports/kpis.ts";
import { reportRoute } from "./report-route.ts";

/** Reports the key figures of a range of days. */
export const reportKpis = reportRoute({
  name: "kpis",
  summary: "Report key figures",
  description:
    "Time to first dollar, success of webhooks by hop, p95 of notification and ledger endpoints, " +
    "orders with and without complete evidence, purchased and debited credits, and requests " +
    "refused for their credentials or by a rate limit. Each row has its formula. Figures of " +
    "requests cover only the last 35 days.",
  row: KpiRow,
  columns: [
    { key: "name" },
    { key: "day", title: "day (UTC)" },
    { key: "label" },
    { key: "value", isNumber: true },
    { key: "unit" },
    { key: "target", isNumber: true },
    { key: "samples", isNumber: true },
    { key: "formula" },
  ],
  read: (database, args) => database.rpc("report_kpis", args),
});
