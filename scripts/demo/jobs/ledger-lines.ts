import { Exact } from "../../rates/exact.ts";
import { readColumns } from "../shared/ledger-csv.ts";

/**
 * The credits of one charge in the ledger. A charge that takes credits from several lots is several
 * entries.
 */
export interface LedgerLine {
  /** The charge's reference: `job:<id>:<step>` or `chat:<hold id>`. */
  reference: string;
  credits: Exact;
}

const SPENDING = ["usage", "settle"];

/** Returns the charges in a ledger CSV, oldest first; the CSV's newest entry is first. */
export function readLedgerLines(csv: string): LedgerLine[] {
  const taken = new Map<string, Exact>();
  for (const [kind = "", amount = "", type = "", id = ""] of rowsOf(csv)) {
    if (!SPENDING.includes(kind)) continue;
    const reference = `${type}:${id}`;
    taken.set(reference, (taken.get(reference) ?? new Exact(0)).minus(amount));
  }
  return [...taken].map(([reference, credits]) => ({ reference, credits }));
}

/** Counts the entries of every kind in a ledger CSV. */
export function countRows(csv: string): number {
  return rowsOf(csv).length;
}

const rowsOf = (csv: string): string[][] =>
  readColumns(csv, ["kind", "amount", "reference_type", "reference_id"]).toReversed();
