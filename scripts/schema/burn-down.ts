/**
 * Writes the columns of the burn-down order (rule 5 in docs/reference/rules.md) into each function
 * that reads lots in that order. The index `lots_burn_order` defines the order.
 * docs/decisions/ledger.md says why an index and not a function defines it.
 */
import type { SchemaFile } from "./schema-files.ts";

const INDEX = /create index lots_burn_order on farthing\.lots\s+\(account_id, ([\w, ]+)\)/;
const READER = /(order by \/\* burn-down \*\/) ((?:\w+\.)?)\w+(?:, (?:\w+\.)?\w+)*/g;

/**
 * Returns the files with the index's columns written after each marker comment. Each column is
 * prefixed with the table alias that the query at that comment uses.
 */
export function writeBurnOrder(files: readonly SchemaFile[]): SchemaFile[] {
  const home = files.map(({ text }) => INDEX.exec(text)).find((found) => found !== null);
  if (!home) throw new Error("no schema file creates the index lots_burn_order");
  const columns = home[1]!.split(", ");
  return files.map(({ path, text }) => ({
    path,
    text: text.replace(
      READER,
      (_, start: string, alias: string) =>
        `${start} ${columns.map((column) => alias + column).join(", ")}`,
    ),
  }));
}
