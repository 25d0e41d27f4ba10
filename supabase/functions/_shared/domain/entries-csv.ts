/** Writes ledger entries as CSV, with one list of columns for every export. */
import { stringify } from "csv-stringify/sync";
import type { z } from "@hono/zod-openapi";
import type { Entry } from "../contracts/credits.ts";

const COLUMNS = [
  "id",
  "seq",
  "kind",
  "amount",
  "balance_after",
  "lot_id",
  "reference_type",
  "reference_id",
  "correlation_id",
  "metadata",
  "created_at",
  "author",
] as const satisfies (keyof z.output<typeof Entry>)[];

// These columns hold only digits, a point and a sign, so a leading minus begins a number and not a
// formula.
const NUMBERS: ReadonlySet<unknown> = new Set(["seq", "amount", "balance_after"]);

// A spreadsheet may skip invisible characters at the start of a cell and run the rest as a formula.
// The last four characters are full-width signs, which some programs read like the normal signs.
const FORMULA = /^[\t\r]|^[\s\p{C}]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;

function disarm(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

export type EntryRow = z.output<typeof Entry>;

/** Returns lines that end in CRLF. The first page of a file begins with the header. */
export function entriesToCsv(entries: EntryRow[], isFirst: boolean): string {
  return stringify(entries, {
    header: isFirst,
    columns: [...COLUMNS],
    record_delimiter: "\r\n",
    // Most readers end a record at a lone CR or LF too, so values with either are quoted.
    quoted_match: /[\r\n]/,
    cast: {
      string: (value, { column, header }) => header || NUMBERS.has(column) ? value : disarm(value),
    },
  });
}
