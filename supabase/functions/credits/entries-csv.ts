/** The ledger as CSV, page by page, so that a long history never lies in memory. */
import { stringify } from "csv-stringify/sync";
import type { z } from "@hono/zod-openapi";
import type { Entry } from "../_shared/contracts/credits.ts";
import type { Database } from "../_shared/database/database.ts";
import type { ArgsOf } from "../_shared/database/functions.ts";

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
] as const satisfies (keyof z.output<typeof Entry>)[];

const PAGE_SIZE = 100;

// These hold nothing but digits, a point and a sign, so a leading minus is a number and no formula.
const NUMBERS: ReadonlySet<unknown> = new Set(["seq", "amount", "balance_after"]);

// A spreadsheet may skip what is invisible at the start of a cell, and then runs the rest as a formula.
// The last four are the wide forms of the signs, which some programs read as the narrow ones.
const FORMULA = /^[\t\r]|^[\s\p{C}]*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;

function disarm(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

type EntryRow = z.output<typeof Entry>;

function toCsv(entries: EntryRow[], isFirst: boolean): string {
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

type Filter = Omit<ArgsOf<"credits_entries">, "p_before_seq" | "p_limit">;

/**
 * Streams every entry that matches. The first page is read before the answer begins, so that an error
 * can still be one; a later error breaks the stream off, which a client sees as an incomplete answer.
 */
export async function streamEntries(
  database: Database,
  filter: Filter,
  cursor: string | undefined,
  headers: [string, string][],
): Promise<Response> {
  const read = (before: string | undefined) =>
    database.rpc("credits_entries", { ...filter, p_before_seq: before, p_limit: PAGE_SIZE });

  async function* pages(): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    yield encoder.encode(toCsv(first.entries, true));
    let next = first.next_before;
    while (next !== null) {
      const { entries, next_before } = await read(next);
      yield encoder.encode(toCsv(entries, false));
      next = next_before;
    }
  }

  const first = await read(cursor);
  return new Response(ReadableStream.from(pages()), {
    headers: [
      ...headers,
      ["content-type", "text/csv; charset=utf-8"],
      ["content-disposition", 'attachment; filename="entries.csv"'],
    ],
  });
}
