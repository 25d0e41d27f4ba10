import { Exact } from "../../rates/exact.ts";
import { sum } from "../shared/price-request.ts";
import { type Check, check, checkText } from "../shared/check.ts";
import { countRows, type LedgerLine, readLedgerLines } from "./ledger-lines.ts";

/** A job or a chat that the account paid for. */
export interface Act {
  name: string;
  /** A text in each prompt of the scenario, and in no other prompt. */
  mark: string;
  /** The beginning of the scenario's references in the ledger. */
  reference: string;
  /** The scenario's price in credits, as the service's answers gave it. */
  shown: Exact;
  /** How the scenario ended, and how it should have ended. */
  ended: string;
  wanted: string;
}

/** The figures to compare: the service's, and those from the provider's list. */
export interface Evidence {
  acts: Act[];
  ledgerCsv: string;
  before: string;
  after: string;
  held: string;
  /** The number of ledger entries before the scenarios. */
  rowsBefore: number;
  /** Returns the credits of each of a scenario's requests to the provider, oldest first. */
  priced: (act: Act) => Exact[];
}

const MISSING = "none";
const text = (credits: Exact | undefined): string => credits?.toFixed() ?? MISSING;

/**
 * Compares a scenario's price and each of its ledger lines with the prices from the provider's
 * list.
 */
function compareAct(act: Act, lines: LedgerLine[], priced: Exact[]): Check[] {
  const pairs = Array.from({ length: Math.max(lines.length, priced.length) }, (_, at) => {
    const [line, wanted] = [lines[at], priced[at]];
    const step = line?.reference.slice(act.reference.length).replace(/^:/, "") || "the answer";
    return checkText(`  ${line ? step : "missing"}`, text(line?.credits), text(wanted));
  });
  return [check(act.name, act.shown, sum(priced)), ...pairs];
}

/** Compares every figure of the run with the one computed from the provider's list. */
export function compareJobs(evidence: Evidence): Check[] {
  const { acts, ledgerCsv, before, after, held, rowsBefore } = evidence;
  const ledger = readLedgerLines(ledgerCsv);
  const priced = acts.map(evidence.priced);
  const all = priced.flat();
  const linesOf = ({ reference }: Act) =>
    ledger.filter((line) => line.reference.startsWith(reference));
  const foreign = ledger.filter(({ reference }) =>
    !acts.some((act) => reference.startsWith(act.reference))
  );
  return [
    ...acts.flatMap((act, at) => compareAct(act, linesOf(act), priced[at] ?? [])),
    ...foreign.map(({ reference, credits }) => checkText(reference, text(credits), MISSING)),
    check("all of the ledger", sum(ledger.map(({ credits }) => credits)), sum(all)),
    check("balance", new Exact(after), new Exact(before).minus(sum(all))),
    check("still held", new Exact(held), new Exact(0)),
    checkText("rows exported", String(countRows(ledgerCsv)), String(rowsBefore + all.length)),
    ...acts.map(({ name, ended, wanted }) => checkText(`${name} ended`, ended, wanted)),
  ];
}
