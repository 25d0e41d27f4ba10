import { PayoutPath, PayoutQuery, PayoutReport } from "../_shared/contracts/reports/payouts.ts";
import type { Column } from "../_shared/core/csv.ts";
import { CSV_TYPE, streamCsv, wantsCsv } from "../_shared/http/reply/csv.ts";
import { ok } from "../_shared/http/reply/reply.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { csvPages } from "./report-route.ts";

const COLUMNS: readonly Column[] = [
  { key: "balance_transaction_id" },
  { key: "created_utc" },
  { key: "available_on", title: "available_on (UTC)" },
  { key: "currency" },
  { key: "gross", title: "gross (minor units)", isNumber: true },
  { key: "fee", title: "fee (minor units)", isNumber: true },
  { key: "net", title: "net (minor units)", isNumber: true },
  { key: "reporting_category" },
  { key: "source_id" },
  { key: "description" },
  { key: "customer_facing_amount", title: "customer_facing_amount (minor units)", isNumber: true },
  { key: "customer_facing_currency" },
  { key: "charge_id" },
  { key: "payment_intent_id" },
  { key: "refund_id" },
  { key: "dispute_id" },
  { key: "order_id" },
  { key: "booking_id" },
  { key: "account_id" },
  { key: "payout_id" },
  { key: "payout_effective_at", title: "payout_effective_at (UTC)" },
  { key: "matched" },
  { key: "mismatch" },
  { key: "difference", title: "difference (minor units)", isNumber: true },
];

/** Reports the lines of one payout. */
export const reportPayout = defineRoute({
  method: "get",
  path: "/payouts/{id}",
  summary: "Report the lines of a payout",
  description:
    "Each balance transaction of the payout with the order, booking, refund or dispute that it " +
    "matches, and the payout's open mismatches. `format=csv` or `Accept: text/csv` streams all " +
    "lines and then the totals by reporting category.",
  who: ["operator"],
  limit: "default",
  idempotent: false,
  params: PayoutPath,
  query: PayoutQuery,
  responses: { 200: PayoutReport },
  alsoProduces: [CSV_TYPE],
  errors: ["not_found"],
  handler: async ({ params, query, headers, context, services }) => {
    const read = (args: { p_after: string | undefined; p_limit: number }) =>
      services.database.rpc("report_payout", { p_payout_id: params.id, ...args });
    if (wantsCsv(query.format, headers)) {
      return await streamCsv(`${params.id}.csv`, csvPages(COLUMNS, read), context);
    }
    return ok(await read({ p_after: query.cursor, p_limit: query.limit }));
  },
});
