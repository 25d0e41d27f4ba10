/** Whether the subjects' order holds: what the files may name of each other, and what they do. */
import { formatTable } from "@farthing/command-line";
import { callsOfExposed, forwardReferences, subjectGraph } from "./references.ts";
import type { SchemaFile } from "./sources.ts";

/**
 * Functions that call a later subject's, by subject. Each is one of three: the inbox hands on an event, a
 * rule of money asks for what bounds it (caps, holds, fraud), a figure is read for an alert or a report.
 * Another one is a reason to look for a better home first.
 */
const CALLS_LATER: Readonly<Record<string, readonly string[]>> = {
  foundation: ["audit"],
  idempotency: ["ledger"],
  ledger: ["caps", "holds"],
  grants: ["holds"],
  holds: ["jobs", "ai"],
  checkout: ["fraud"],
  inbox: [
    "reversals",
    "fraud",
    "customers",
    "top_ups",
    "providers",
    "bookings",
    "transfers",
    "payouts",
  ],
  reversals: ["bookings"],
  fraud: ["bookings"],
  customers: ["top_ups"],
  top_ups: ["features", "notifications"],
  bookings: ["transfers", "refunds"],
  jobs: ["ai"],
  metrics: ["alerts"],
  health: ["seals"],
  alerts: ["reports", "seals", "proof"],
  seals: ["proof"],
};

/** The breaches of the order, a line each. */
export function problemsOf(files: readonly SchemaFile[]): string[] {
  const forward = forwardReferences(files).map(({ from, to, name }) =>
    `${from} names ${name}, which ${to} makes later`
  );
  const calls = subjectGraph(files).flatMap(({ name, calls }) => {
    const known = CALLS_LATER[name] ?? [];
    return [
      ...calls.filter((each) => !known.includes(each)).map((each) =>
        `${name} calls ${each}, a later subject: scripts/schema/graph.ts does not know that`
      ),
      ...known.filter((each) => !calls.includes(each)).map((each) =>
        `${name} calls ${each} no longer: take it out of scripts/schema/graph.ts`
      ),
    ];
  });
  return [...forward, ...calls, ...callsOfExposed(files)];
}

export function drawGraph(files: readonly SchemaFile[]): string {
  const rows = subjectGraph(files).map(({ name, uses, calls }) => [
    name,
    calls.join(" "),
    uses.join(" "),
  ]);
  const columns = ["subject", "calls later ones", "uses earlier ones"].map((title) => ({ title }));
  return formatTable(columns, rows);
}
