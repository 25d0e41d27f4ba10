/** Writes ledger entries as CSV, with one list of columns for every export. */
import type { z } from "@hono/zod-openapi";
import type { Entry } from "../contracts/credits.ts";
import { type Column, toCsv } from "../core/csv.ts";

export type EntryRow = z.output<typeof Entry>;

const COLUMNS: readonly Column<keyof EntryRow>[] = [
  { key: "id" },
  { key: "seq", isNumber: true },
  { key: "kind" },
  { key: "amount", isNumber: true },
  { key: "balance_after", isNumber: true },
  { key: "lot_id" },
  { key: "reference_type" },
  { key: "reference_id" },
  { key: "correlation_id" },
  { key: "metadata" },
  { key: "created_at" },
  { key: "author" },
];

/** Returns lines that end in CRLF. The first page of a file begins with the header. */
export function entriesToCsv(entries: EntryRow[], isFirst: boolean): string {
  return toCsv(entries, COLUMNS, isFirst);
}
