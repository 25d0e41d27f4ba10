import { z } from "@hono/zod-openapi";
import { EntriesQuery, Entry } from "../_shared/contracts/credits.ts";
import { subjectOf } from "../_shared/http/authorize.ts";
import { defineRoute } from "../_shared/http/define-route.ts";
import { baseHeaders, page } from "../_shared/http/envelope.ts";
import { streamEntries } from "./entries-csv.ts";

/** Every line of an account, newest first: as pages, or all of them as CSV. */
export const listEntries = defineRoute({
  method: "get",
  path: "/entries",
  summary: "Ledger of an account",
  description: "`format=csv` or `Accept: text/csv` streams all entries that match, without pages.",
  who: ["user", "secret"],
  limit: "read",
  idempotent: false,
  query: EntriesQuery,
  responses: { 200: z.array(Entry) },
  alsoProduces: ["text/csv"],
  errors: ["not_found"],
  handler: async ({ caller, query, headers, context, services }) => {
    const filter = {
      p_user_id: subjectOf(caller, query.user_id),
      p_kind: query.kind,
      p_from: query.from,
      p_to: query.to,
    };
    const wantsCsv = query.format === "csv" ||
      (query.format === undefined && /\btext\/csv\b/.test(headers.get("accept") ?? ""));
    if (wantsCsv) {
      return await streamEntries(services.database, filter, query.cursor, baseHeaders(context));
    }
    const { entries, next_before } = await services.database.rpc("credits_entries", {
      ...filter,
      p_before_seq: query.cursor,
      p_limit: query.limit,
    });
    return page(entries, next_before);
  },
});
