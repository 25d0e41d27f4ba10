/** Runs the gates of `deno task ok` as a test suite, so that they are included in CI's totals. */
import { gates, runGate } from "../../ok/gates.ts";
import { checked, type Suite } from "../../test-tools/suite.ts";

export const house: Suite = {
  name: "house",
  about: "format, lint, types, house rules, generated files (in CI, or when named)",
  async run() {
    const rows = [];
    for (const gate of gates) {
      rows.push(
        await checked(gate.name, async () => {
          const { passed, output } = await runGate(gate, false);
          if (!passed) throw new Error(output);
        }),
      );
    }
    return { rows, skipped: [] };
  },
};
