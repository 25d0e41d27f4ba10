/**
 * Lists ledger entries as JSON pages, or streams them as CSV, so that a long history never fills
 * the memory.
 */
import { z } from "@hono/zod-openapi";
import type { Database } from "../_shared/adapters/database/database.ts";
import { EntriesQuery, Entry } from "../_shared/contracts/credits.ts";
import type { ArgsOf } from "../_shared/contracts/database/functions.ts";
import { subjectOf } from "../_shared/core/whose-data.ts";
import { withOwnTime } from "../_shared/core/deadline.ts";
import { entriesToCsv } from "../_shared/domain/entries-csv.ts";
import { CSV_TYPE, streamCsv, wantsCsv } from "../_shared/http/reply/csv.ts";
import { defineRoute } from "../_shared/http/route/define-route.ts";
import { page } from "../_shared/http/reply/reply.ts";

const PAGE_SIZE = 100;

type Filter = Omit<ArgsOf<"credits_entries">, "p_before_seq" | "p_limit">;

/** Yields all matching entries as CSV, page by page. The first page begins at `cursor`. */
async function* entryPages(
  database: Database,
  filter: Filter,
  cursor: string | undefined,
): AsyncGenerator<string> {
  const read = (before: string | undefined) => {
    const args = { ...filter, p_before_seq: before, p_limit: PAGE_SIZE };
    return withOwnTime(() => database.rpc("credits_entries", args));
  };
  let { entries, next_before } = await read(cursor);
  yield entriesToCsv(entries, true);
  while (next_before !== null) {
    ({ entries, next_before } = await read(next_before));
    yield entriesToCsv(entries, false);
  }
}

/** Lists the entries of an account, newest first: as pages, or all of them as CSV. */
export const listEntries = defineRoute({
  method: "get",
  path: "/entries",
  summary: "List the entries of an account",
  description: "`format=csv` or `Accept: text/csv` streams all entries that match, without pages.",
  who: ["user", "operator"],
  limit: "default",
  idempotent: false,
  query: EntriesQuery,
  responses: { 200: z.array(Entry) },
  alsoProduces: [CSV_TYPE],
  errors: ["not_found"],
  handler: async ({ caller, query, headers, context, services }) => {
    const filter = {
      p_user_id: subjectOf(caller, query.user_id),
      p_kind: query.kind,
      p_from: query.from,
      p_to: query.to,
      p_with_names: caller.kind === "secret" || caller.isOperator,
    };
    if (wantsCsv(query.format, headers)) {
      const pages = entryPages(services.database, filter, query.cursor);
      return await streamCsv("entries.csv", pages, context);
    }
    const { entries, next_before } = await services.database.rpc("credits_entries", {
      ...filter,
      p_before_seq: query.cursor,
      p_limit: query.limit,
    });
    return page(entries, next_before);
  },
});
