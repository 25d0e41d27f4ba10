/** Reads the ledger's entries, as items or as CSV. */
import { needType } from "../core/answer.ts";
import type { Api, Input } from "../core/api.ts";
import type { CallOptions } from "../core/send.ts";

/** A filter for entries: `kind`, `from`, `to`, and `user_id` if the caller has a secret key. */
export type EntriesFilter = Omit<
  NonNullable<Input<"get", "/credits/entries">["query"]>,
  "cursor" | "format"
>;

export function entries(api: Api, query: EntriesFilter, options: CallOptions) {
  return api.each("/credits/entries", { query: { limit: 100, ...query } }, options);
}

/** Returns all entries as one text. For a large ledger, use the job `ledger_export`. */
export async function entriesCsv(
  api: Api,
  filter: EntriesFilter,
  options: CallOptions,
): Promise<string> {
  const query = { ...filter, format: "csv" } as const;
  const read = (answer: Response, id: string) => needType(answer, "text/csv", id).text();
  return await api.raw("get", "/credits/entries", { query }, options, read);
}
