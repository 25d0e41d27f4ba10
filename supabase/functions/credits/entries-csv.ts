/** The ledger as CSV, page by page, so that a long history never lies in memory. */
import type { Database } from "../_shared/adapters/database/database.ts";
import type { ArgsOf } from "../_shared/contracts/database/functions.ts";
import { entriesToCsv } from "../_shared/domain/entries-csv.ts";
import { withOwnTime } from "../_shared/core/request.ts";

const PAGE_SIZE = 100;

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
  // A reader may be slow: it is each page that has to come in time, and not all of them together.
  const read = (before: string | undefined) => {
    const args = { ...filter, p_before_seq: before, p_limit: PAGE_SIZE };
    return withOwnTime(() => database.rpc("credits_entries", args));
  };

  async function* pages(): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    yield encoder.encode(entriesToCsv(first.entries, true));
    let next = first.next_before;
    while (next !== null) {
      const { entries, next_before } = await read(next);
      yield encoder.encode(entriesToCsv(entries, false));
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
