/** Reads a route's rows as a CSV file. */
import { needType } from "../core/answer.ts";
import type { Api, CsvPath, Input } from "../core/api.ts";
import type { CallOptions } from "../core/send.ts";

/** Returns all rows that match the input's filters, not only one page of the list. */
export async function csv<P extends CsvPath>(
  api: Api,
  path: P,
  input: Input<"get", P>,
  options: CallOptions = {},
): Promise<Blob> {
  const { query, ...rest } = input as { query?: object };
  const asked = { ...rest, query: { ...query, format: "csv" } } as never;
  return await api.raw("get", path, asked, options, (answer, id) => {
    return needType(answer, "text/csv", id).blob();
  });
}

/** Reads all rows of a report, or of the ledger's entries, as a CSV file. */
type Csv = <P extends CsvPath>(
  path: P,
  input: Input<"get", P>,
  options?: Omit<CallOptions, "idempotencyKey">,
) => Promise<Blob>;

export const csvOf = (api: Api): Csv => (path, input, options) => csv(api, path, input, options);
