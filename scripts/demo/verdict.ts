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
  const [header = "", ...lines] = csv.trim().split(/\r?\n/);
  const column = header.split(",").indexOf("amount");
  if (column < 0) throw new Error(`the ledger's CSV has no column amount: ${header}`);
  return lines.reduce((sum, line) => sum.minus(line.split(",")[column] ?? ""), new Exact(0));
}

function check(name: string, service: Exact, computed: Exact): Check {
  return {
    name,
    service: service.toFixed(),
    computed: computed.toFixed(),
    equal: service.equals(computed),
  };
}

function checkText(name: string, service: string, computed: string): Check {
  return { name, service, computed, equal: service === computed };
}
