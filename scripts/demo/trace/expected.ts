/**
 * Computes the figures that the demo expects, with exact decimals. It uses only the trace, the
 * rate and the packages: neither SQL nor the service's answers. The demo fails if the service's
 * figures differ from these.
 */
import { Exact } from "../../rates/exact.ts";
import type { Package } from "../shared/catalogue.ts";
import { type ModelRate, requestCredits, sum } from "../shared/price-request.ts";
import type { TraceRequest } from "./read-first-2000-requests.ts";

/** A lot of credits: its source, its original amount, and its remaining credits. */
export interface ExpectedLot {
  name: string;
  source: "paid" | "bonus";
  amount: Exact;
  left: Exact;
}

export interface Expected {
  requests: number;
  input_tokens: number;
  output_tokens: number;
  credits: Exact;
  balance: Exact;
  /**
   * The indexes of the requests that are first refused, because the credits have run out, and then
   * charged after a purchase.
   */
  refused: number[];
  bought: Package[];
  lots: ExpectedLot[];
}

/**
 * Computes the demo's purchases and charges. The demo first buys the smallest package. Each time a
 * request needs more credits than the balance, the demo buys the smallest package that covers all
 * remaining requests, or the largest package if none does.
 */
export function expectDemo(
  trace: TraceRequest[],
  rate: ModelRate,
  packages: Package[],
): Expected {
  const onSale = packages.toSorted((a, b) => a.amount - b.amount);
  const costs = trace.map((request) => requestCredits(rate, request));
  const total = sum(costs);
  const expected: Expected = {
    requests: trace.length,
    input_tokens: trace.reduce((tokens, request) => tokens + request.input_tokens, 0),
    output_tokens: trace.reduce((tokens, request) => tokens + request.output_tokens, 0),
    credits: total,
    balance: new Exact(0),
    refused: [],
    bought: [],
    lots: [],
  };
  buy(expected, onSale[0]);
  let rest = total;
  costs.forEach((cost, at) => {
    if (cost.greaterThan(expected.balance)) expected.refused.push(at);
    while (cost.greaterThan(expected.balance)) {
      buy(expected, packageFor(onSale, rest.minus(expected.balance)));
    }
    burn(expected.lots, cost);
    expected.balance = expected.balance.minus(cost);
    rest = rest.minus(cost);
  });
  return expected;
}

/**
 * Returns the smallest package with at least this many credits. If there is none, returns the
 * largest package.
 */
function packageFor(onSale: Package[], credits: Exact): Package | undefined {
  return onSale.find((each) => credits.lessThanOrEqualTo(each.total_credits)) ?? onSale.at(-1);
}

function buy(expected: Expected, bought: Package | undefined): void {
  if (bought === undefined) {
    throw new Error("no package is on sale: run the seed, or put a package on sale");
  }
  const lots = [["paid", bought.credits], ["bonus", bought.bonus_credits]] as const;
  for (const [source, amount] of lots) {
    if (new Exact(amount).isZero()) continue;
    expected.lots.push({
      name: `${bought.name} ${source}`,
      source,
      amount: new Exact(amount),
      left: new Exact(amount),
    });
  }
  expected.bought.push(bought);
  expected.balance = expected.balance.plus(bought.total_credits);
}

/**
 * Takes credits from lots in the ledger's order for lots that do not expire: bonus before paid, and
 * older before newer.
 */
function burn(lots: ExpectedLot[], cost: Exact): void {
  let due = cost;
  for (const source of ["bonus", "paid"]) {
    for (const lot of lots.filter((each) => each.source === source)) {
      const taken = Exact.min(lot.left, due);
      lot.left = lot.left.minus(taken);
      due = due.minus(taken);
    }
  }
}
