import { Exact } from "../../rates/exact.ts";
import { readColumns } from "../shared/ledger-csv.ts";

/** What one event took from the account, in credits; from several lots it is several entries. */
export interface LedgerLine {
  /** What it was taken for: `job:<id>:<step>` or `chat:<hold id>`. */
  reference: string;
  credits: Exact;
}

const SPENDING = ["usage", "settle"];

/** The spending in a ledger CSV (newest entry first), oldest first. */
export function readLedgerLines(csv: string): LedgerLine[] {
  const taken = new Map<string, Exact>();
  for (const [kind = "", amount = "", type = "", id = ""] of rowsOf(csv)) {
    if (!SPENDING.includes(kind)) continue;
    const reference = `${type}:${id}`;
    taken.set(reference, (taken.get(reference) ?? new Exact(0)).minus(amount));
  }
  return [...taken].map(([reference, credits]) => ({ reference, credits }));
}

/** How many entries a ledger CSV has, whatever their kind. */
export function countRows(csv: string): number {
  return rowsOf(csv).length;
}

const rowsOf = (csv: string): string[][] =>
  readColumns(csv, ["kind", "amount", "reference_type", "reference_id"]).toReversed();
