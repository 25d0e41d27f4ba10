import { Exact } from "../../rates/exact.ts";
import { type Check, check, checkText } from "../shared/check.ts";
import { readColumns } from "../shared/ledger-csv.ts";
import type { Expected } from "./expected.ts";
import type { Played } from "./play-trace.ts";

/** Compares the service's figures with the computed ones. Numbers are compared by value. */
export function compareTrace(played: Played, expected: Expected): Check[] {
  const spent = new Map<string, Exact>();
  for (const { name, amount, left } of expected.lots) {
    spent.set(name, (spent.get(name) ?? new Exact(0)).plus(amount).minus(left));
  }
  const ledger = sumOfLedger(played.ledgerCsv);
  const taken = [...played.byLot.values()].reduce((sum, each) => sum.plus(each), new Exact(0));
  return [
    checkText("requests charged", String(played.charged), String(expected.requests)),
    checkText(
      "refused with 402",
      played.refused.map(({ at }) => `#${at + 1}`).join(" ") || "none",
      expected.refused.map((at) => `#${at + 1}`).join(" ") || "none",
    ),
    check("credits charged", played.credits, expected.credits),
    check("credits in the ledger", ledger, expected.credits),
    ...[...spent].map(([name, credits]) =>
      check(`  from ${name}`, played.byLot.get(name) ?? new Exact(0), credits)
    ),
    check("credits by all lots", taken, expected.credits),
    check("balance", new Exact(played.balance), expected.balance),
  ];
}

/**
 * Returns the sum of the charges in a ledger CSV of usage entries. The amounts in the CSV are
 * negative.
 */
export function sumOfLedger(csv: string): Exact {
  return readColumns(csv, ["amount"])
    .reduce((sum, [amount = ""]) => sum.minus(amount), new Exact(0));
}
