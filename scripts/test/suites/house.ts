/** Runs the gates of `deno task ok` as a test suite, so that they are included in CI's totals. */
import { CHECKED, type Gate, gates, runGate } from "../../ok/gates.ts";
import { changesSinceBase, isSameAsBase } from "../../test-tools/changes-since-base.ts";
import { checked, type Row, type Suite } from "../../test-tools/suite.ts";
import { NOT_SQL } from "./made-of.ts";
import { typesToCheck } from "./types-to-check.ts";

/**
 * The gates that read no SQL. A push leaves them out if only SQL has changed. The gate `check` is
 * not in this list, because a push runs it for the affected modules only (types-to-check.ts).
 */
const WITHOUT_SQL = ["lint", "openapi"];

/**
 * The part of a gate that a push runs, and the names of the parts that the push leaves out. If the
 * push leaves out the whole gate, `gate` is missing.
 */
interface OfPush {
  readonly gate?: Gate;
  readonly left: readonly string[];
}

const CHECKS_LESS = "check: modules that neither have changed nor import what has";

async function ofPush(gate: Gate): Promise<OfPush> {
  if (WITHOUT_SQL.includes(gate.name) && await isSameAsBase(NOT_SQL)) return { left: [gate.name] };
  const changes = gate.name === "check" ? await changesSinceBase() : undefined;
  const modules = changes && await typesToCheck(CHECKED, changes);
  if (modules === undefined) return { gate, left: [] };
  if (modules.length === 0) return { left: [gate.name] };
  const args = gate.args.filter((arg) => !CHECKED.includes(arg));
  return { gate: { ...gate, args: [...args, ...modules] }, left: [CHECKS_LESS] };
}

export const house: Suite = {
  name: "house",
  about: "format, lint, types, house rules, generated files (in CI, or when named)",
  async run(_words, isFull) {
    const rows: Row[] = [];
    const left: string[] = [];
    for (const each of gates) {
      const { gate, left: parts } = isFull ? { gate: each, left: [] } : await ofPush(each);
      left.push(...parts);
      if (gate === undefined) continue;
      rows.push(
        await checked(gate.name, async () => {
          const { passed, output } = await runGate(gate, false);
          if (!passed) throw new Error(output);
        }),
      );
    }
    return { rows, skipped: [], left };
  },
};
