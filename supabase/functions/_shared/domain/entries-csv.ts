/** Entries as CSV: one home for the columns, for whoever writes some of them. */
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

// These hold nothing but digits, a point and a sign, so a leading minus is a number and no formula.
const NUMBERS: ReadonlySet<unknown> = new Set(["seq", "amount", "balance_after"]);

// A spreadsheet may skip what is invisible at the start of a cell, and then runs the rest as a formula.
// The last four are the wide forms of the signs, which some programs read as the narrow ones.
const FORMULA = /^[\t\r]|^[\s\p{C}]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;

function disarm(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

export type EntryRow = z.output<typeof Entry>;

/** Lines that end in CRLF, under a header when they are the file's first. */
export function entriesToCsv(entries: EntryRow[], isFirst: boolean): string {
  return stringify(entries, {
    header: isFirst,
    columns: [...COLUMNS],
    record_delimiter: "\r\n",
    // A lone CR or LF ends a record for most readers, not only the pair that ends ours.
    quoted_match: /[\r\n]/,
    cast: {
      string: (value, { column, header }) => header || NUMBERS.has(column) ? value : disarm(value),
    },
  });
}
