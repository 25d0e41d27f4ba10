/**
 * Checks the order of the subjects, which are the folders of supabase/schemas. Outside of function
 * bodies, a file must not name objects that a later file creates. The functions of a subject may
 * call the functions of a later subject only if the constant CALLS_LATER lists that later subject.
 */
import { formatTable } from "@farthing/command-line";
import { callsOfExposed, forwardReferences, subjectGraph } from "./references.ts";
import type { SchemaFile } from "./schema-files.ts";

/**
 * For each subject, the later subjects that its functions may call. Such a call has one of four
 * reasons. The inbox passes on an event. A rule about money (caps, holds, fraud) reads its limit.
 * An alert or a report needs a figure. A checkout reads the `customer_id` that the buyer has at
 * Stripe. Before adding another call, look for a better subject for the function.
 */
const CALLS_LATER: Readonly<Record<string, readonly string[]>> = {
  policy: ["audit"],
  idempotency: ["ledger", "reports"],
  ledger: ["caps", "holds", "top_ups"],
  grants: ["holds"],
  holds: ["jobs", "ai", "top_ups"],
  checkout: ["fraud", "customers"],
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
  payouts: ["revenue"],
  metrics: ["alerts"],
  health: ["seals"],
  alerts: ["reports", "seals", "proof"],
  seals: ["proof", "reports"],
  proof: ["reports", "revenue"],
};

/** Returns the violations of the order, one line each. */
export function problemsOf(files: readonly SchemaFile[]): string[] {
  const forward = forwardReferences(files).map(({ from, to, name }) =>
    `${from} names ${name}, which ${to} creates later`
  );
  const calls = subjectGraph(files).flatMap(({ name, calls }) => {
    const known = CALLS_LATER[name] ?? [];
    return [
      ...calls.filter((each) => !known.includes(each)).map((each) =>
        `${name} calls ${each}, a later subject: move the function, or allow it in ` +
        "scripts/schema/subject-order.ts"
      ),
      ...known.filter((each) => !calls.includes(each)).map((each) =>
        `${name} no longer calls ${each}: remove it from scripts/schema/subject-order.ts`
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
