import { Exact } from "../../rates/exact.ts";
import { sum } from "../shared/price-request.ts";
import { type Check, check, checkText } from "../shared/check.ts";
import { countRows, type LedgerLine, readLedgerLines } from "./ledger-lines.ts";

/** A scenario of the run: a job or a chat. */
export interface Scenario {
  name: string;
  /** A text that every prompt of this scenario contains, and that no other prompt contains. */
  mark: string;
  /** The prefix of the scenario's references in the ledger. */
  reference: string;
  /** The scenario's price in credits, from the service's answers. */
  shown: Exact;
  /** How the scenario ended, and how it should have ended. */
  ended: string;
  wanted: string;
}

/**
 * The figures to compare: those of the service, and those computed from the AI provider's list of
 * requests.
 */
export interface Evidence {
  scenarios: Scenario[];
  ledgerCsv: string;
  before: string;
  after: string;
  held: string;
  /** The number of ledger entries before the scenarios. */
  rowsBefore: number;
  /**
   * Returns the prices in credits of the requests that the scenario sent to the AI provider. The
   * oldest request comes first.
   */
  priced: (scenario: Scenario) => Exact[];
}

const MISSING = "none";
const text = (credits: Exact | undefined): string => credits?.toFixed() ?? MISSING;

/**
 * Compares a scenario's price, and each of its ledger lines, with the prices computed from the AI
 * provider's list of requests.
 */
function compareScenario(scenario: Scenario, lines: LedgerLine[], priced: Exact[]): Check[] {
  const pairs = Array.from({ length: Math.max(lines.length, priced.length) }, (_, at) => {
    const [line, wanted] = [lines[at], priced[at]];
    const step = line?.reference.slice(scenario.reference.length).replace(/^:/, "") || "the answer";
    return checkText(`  ${line ? step : "missing"}`, text(line?.credits), text(wanted));
  });
  return [check(scenario.name, scenario.shown, sum(priced)), ...pairs];
}

/** Compares every figure of the run with the figure computed from the AI provider's list. */
export function compareJobs(evidence: Evidence): Check[] {
  const { scenarios, ledgerCsv, before, after, held, rowsBefore } = evidence;
  const ledger = readLedgerLines(ledgerCsv);
  const priced = scenarios.map(evidence.priced);
  const all = priced.flat();
  const linesOf = ({ reference }: Scenario) =>
    ledger.filter((line) => line.reference.startsWith(reference));
  const foreign = ledger.filter(({ reference }) =>
    !scenarios.some((scenario) => reference.startsWith(scenario.reference))
  );
  return [
    ...scenarios.flatMap((scenario, at) =>
      compareScenario(scenario, linesOf(scenario), priced[at] ?? [])
    ),
    ...foreign.map(({ reference, credits }) => checkText(reference, text(credits), MISSING)),
    check("all of the ledger", sum(ledger.map(({ credits }) => credits)), sum(all)),
    check("balance", new Exact(after), new Exact(before).minus(sum(all))),
    check("still held", new Exact(held), new Exact(0)),
    checkText("rows exported", String(countRows(ledgerCsv)), String(rowsBefore + all.length)),
    ...scenarios.map(({ name, ended, wanted }) => checkText(`${name} ended`, ended, wanted)),
  ];
}
