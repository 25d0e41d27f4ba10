/** The reports that a bookkeeper reads. */
import { JournalRow } from "../_shared/contracts/reports/journal.ts";
import { LiabilityRow } from "../_shared/contracts/reports/liabilities.ts";
import { reportRoute } from "./report-route.ts";

const DEFERRED = [
  "opening",
  "purchases",
  "used",
  "breakage",
  "refunded",
  "clawed_back",
  "adjustments",
  "closing",
  "proof",
  "difference",
] as const;

/** Reports deferred revenue. */
export const reportLiabilities = reportRoute({
  name: "liabilities",
  summary: "Report deferred revenue",
  description:
    "The roll-forward of deferred revenue, by month and currency, for the whole months of the " +
    "range. Entries after `as_of` are missing. If `as_of` is after the end of a month, the " +
    "month's figures do not change any more.",
  row: LiabilityRow,
  columns: [
    { key: "month", title: "month (UTC)" },
    { key: "currency" },
    { key: "product_line" },
    ...DEFERRED.map((key) => ({ key, title: `${key} (minor units)`, isNumber: true })),
  ],
  read: (database, args) => database.rpc("report_liabilities", args),
});

/** Reports a journal in double entry. */
export const reportJournal = reportRoute({
  name: "journal",
  summary: "Report a journal for bookkeeping",
  description:
    "Money and deferred revenue in double entry, summed by day, currency and fact. Payments, " +
    "refunds, disputes and fees come from the revenue lines; deferred revenue is complete up to " +
    "`as_of`.",
  row: JournalRow,
  columns: [
    { key: "day", title: "date (UTC)" },
    { key: "entry_id" },
    { key: "account" },
    { key: "account_code" },
    { key: "debit", title: "debit (minor units)", isNumber: true },
    { key: "credit", title: "credit (minor units)", isNumber: true },
    { key: "currency" },
    { key: "memo" },
    { key: "source_id" },
  ],
  read: (database, args) => database.rpc("report_journal", args),
});
