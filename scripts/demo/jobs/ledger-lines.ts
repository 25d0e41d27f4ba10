import { Exact } from "../../rates/exact.ts";
import { readColumns } from "../shared/ledger-csv.ts";

/**
 * A charge in the ledger. If it takes credits from several lots, the ledger has an entry for each
 * lot, and `credits` is the sum of these entries.
 */
export interface LedgerLine {
  /** The charge's reference: `job:<id>:<step>` or `chat:<hold id>`. */
  reference: string;
  credits: Exact;
}

const SPENDING = ["usage", "settle"];

/**
 * Returns the charges in a ledger CSV, oldest first. The CSV itself lists the newest entry first.
 */
export function readLedgerLines(csv: string): LedgerLine[] {
  const taken = new Map<string, Exact>();
  for (const [kind = "", amount = "", type = "", id = ""] of rowsOf(csv)) {
    if (!SPENDING.includes(kind)) continue;
    const reference = `${type}:${id}`;
    taken.set(reference, (taken.get(reference) ?? new Exact(0)).minus(amount));
  }
  return [...taken].map(([reference, credits]) => ({ reference, credits }));
}

/** Counts all entries in a ledger CSV, of every kind. */
export function countRows(csv: string): number {
  return rowsOf(csv).length;
}

const rowsOf = (csv: string): string[][] =>
  readColumns(csv, ["kind", "amount", "reference_type", "reference_id"]).toReversed();
