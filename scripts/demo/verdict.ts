import { Exact } from "../rates/exact.ts";
import type { Expected } from "./expected.ts";
import type { Played } from "./play.ts";

/** One figure twice: as the service has it, and as the trace and the rates demand it. */
export interface Check {
  name: string;
  service: string;
  computed: string;
  equal: boolean;
}

/** Compares what the service did with what was computed without it; numbers by value. */
export function compare(played: Played, expected: Expected): Check[] {
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

/** The sum of the usage entries of a ledger CSV, whose amounts are negative. */
export function sumOfLedger(csv: string): Exact {
  return readColumns(csv, ["amount"])
    .reduce((sum, [amount = ""]) => sum.minus(amount), new Exact(0));
}

/**
 * Some columns of a ledger CSV, row by row. Only such as stand before the metadata, which is the
 * first that can hold a comma of its own.
 */
export function readColumns(csv: string, names: string[]): string[][] {
  const [header = "", ...lines] = csv.trim().split(/\r?\n/);
  const titles = header.split(",");
  const columns = names.map((name) => titles.indexOf(name));
  const missing = names.filter((_, at) => columns[at] === -1);
  if (missing.length > 0) {
    throw new Error(`the ledger's CSV has no column ${missing.join(", ")}: ${header}`);
  }
  return lines.map((line) => {
    const cells = line.split(",");
    return columns.map((column) => cells[column] ?? "");
  });
}

/** Two numbers, compared by value. */
export function check(name: string, service: Exact, computed: Exact): Check {
  return {
    name,
    service: service.toFixed(),
    computed: computed.toFixed(),
    equal: service.equals(computed),
  };
}

/** Two texts, compared as they are. */
export function checkText(name: string, service: string, computed: string): Check {
  return { name, service, computed, equal: service === computed };
}
