/** Runs the gates of `deno task ok` as a test suite, so that they are included in CI's totals. */
import { gates, runGate } from "../../ok/gates.ts";
import { isSameAsBefore } from "../../test-tools/same-as-before.ts";
import { checked, type Suite } from "../../test-tools/suite.ts";
import { NOT_SQL } from "./made-of.ts";

/** The gates that read no SQL. */
const WITHOUT_SQL = ["lint", "check", "openapi"];

/**
 * Returns the gates that a push leaves out, because it changes only SQL. Without CI_BASE the commit
 * before the push is unknown (run-suites.ts).
 */
const leftInPush = async () =>
  Deno.env.has("CI_BASE") && await isSameAsBefore(NOT_SQL) ? WITHOUT_SQL : [];

export const house: Suite = {
  name: "house",
  about: "format, lint, types, house rules, generated files (in CI, or when named)",
  async run(_words, isFull) {
    const left = isFull ? [] : await leftInPush();
    const rows = [];
    for (const gate of gates.filter(({ name }) => !left.includes(name))) {
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
