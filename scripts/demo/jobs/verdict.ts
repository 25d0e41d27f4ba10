import { Exact } from "../../rates/exact.ts";
import { sum } from "../shared/price-request.ts";
import { type Check, check, checkText } from "../shared/check.ts";
import { countRows, type LedgerLine, readLedgerLines } from "./ledger-lines.ts";

/** Something that was paid for: a job or a chat. */
export interface Act {
  name: string;
  /** In each of its prompts and in nobody else's. */
  mark: string;
  /** What its references in the ledger begin with. */
  reference: string;
  /** Credits that the service's answers said it cost. */
  shown: Exact;
  /** How it ended, and how it should have. */
  ended: string;
  wanted: string;
}

/** What is judged: the service's side, and the provider's priced list. */
export interface Evidence {
  acts: Act[];
  ledgerCsv: string;
  before: string;
  after: string;
  held: string;
  /** Entries that the ledger had before the acts. */
  rowsBefore: number;
  /** Credits of each request that the provider had of an act, oldest first. */
  priced: (act: Act) => Exact[];
}

const MISSING = "none";
const text = (credits: Exact | undefined): string => credits?.toFixed() ?? MISSING;

/** Its answers, then each line of it in the ledger, beside what the provider's list comes to. */
function compareAct(act: Act, lines: LedgerLine[], priced: Exact[]): Check[] {
  const pairs = Array.from({ length: Math.max(lines.length, priced.length) }, (_, at) => {
    const [line, wanted] = [lines[at], priced[at]];
    const step = line?.reference.slice(act.reference.length).replace(/^:/, "") || "the answer";
    return checkText(`  ${line ? step : "missing"}`, text(line?.credits), text(wanted));
  });
  return [check(act.name, act.shown, sum(priced)), ...pairs];
}

/** Every figure of the run beside the one computed from the provider's list. */
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
