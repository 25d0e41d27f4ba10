/** Reads the ledger's entries, as items or as CSV. */
import type { Api, Input } from "../core/api.ts";
import type { CallOptions } from "../core/send.ts";
import { csv } from "./csv.ts";

/** A filter for entries: `kind`, `from`, `to`, and `user_id` if the caller has a secret key. */
export type EntriesFilter = Omit<
  NonNullable<Input<"get", "/credits/entries">["query"]>,
  "cursor" | "format"
>;

export function entries(api: Api, query: EntriesFilter, options: CallOptions) {
  return api.each("/credits/entries", { query: { limit: 100, ...query } }, options);
}

/** Returns all entries as one CSV text. For a large ledger, use the job `ledger_export`. */
export async function entriesCsv(
  api: Api,
  filter: EntriesFilter,
  options: CallOptions,
): Promise<string> {
  return await (await csv(api, "/credits/entries", { query: filter }, options)).text();
}
