/** Runs the gates of `deno task ok` as a test suite, so that they are included in CI's totals. */
import { gates, runGate } from "../../ok/gates.ts";
import { isSameAsBefore } from "../../test-tools/same-as-before.ts";
import { checked, type Suite } from "../../test-tools/suite.ts";

/** The gates that read only TypeScript and its settings. */
const OF_TYPESCRIPT = ["lint", "check", "openapi"];
const TYPESCRIPT = [
  "*.ts",
  "*.tsx",
  "*deno.json",
  "*deno.lock",
  "*package.json",
  "*tsconfig*.json",
];

/**
 * Returns the gates that a push leaves out. Without CI_BASE the commit before the push is unknown
 * (run-suites.ts).
 */
const leftInPush = async () =>
  Deno.env.has("CI_BASE") && await isSameAsBefore(TYPESCRIPT) ? OF_TYPESCRIPT : [];

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
