/** Compares the ledger's outcomes and snapshots with the model's. */
import { Buyer } from "../model/buyer.ts";
import type { Step } from "../model/steps.ts";
import type { Seen } from "./real-ledger.ts";
import { PACKAGES } from "./sold-packages.ts";

export function expectedOf(steps: readonly Step[]): Seen[] {
  const buyer = new Buyer(PACKAGES);
  return steps.map((step) => ({ outcome: buyer.take(step), seen: buyer.snapshot(step.now) }));
}

function differences(expected: Seen, got: Seen | undefined): string[] {
  const flat = (each: Seen | undefined): Record<string, unknown> => ({
    outcome: each?.outcome,
    ...each?.seen,
  });
  const [wanted, found] = [flat(expected), flat(got)];
  return Object.keys(wanted)
    .filter((key) => !(key === "available" && found[key] === null))
    .filter((key) => JSON.stringify(wanted[key]) !== JSON.stringify(found[key]))
    .map((key) =>
      `    ${key}\n      model  ${JSON.stringify(wanted[key])}\n      ledger ${
        JSON.stringify(found[key])
      }`
    );
}

/**
 * Returns undefined if the ledger and the model agree. If they differ, describes in words the history up to
 * the first step after which they differ.
 */
export function disagreement(
  steps: readonly Step[],
  expected: readonly Seen[],
  got: readonly Seen[],
): string | undefined {
  const lines: string[] = [];
  for (const [index, step] of steps.entries()) {
    lines.push(`  ${JSON.stringify(step)} → ${expected[index]!.outcome}`);
    const found = differences(expected[index]!, got[index]);
    if (found.length > 0) return [...lines, ...found].join("\n");
  }
}
