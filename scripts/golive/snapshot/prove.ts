/** Proves the restored ledger. */
import type { GoLiveStep } from "../command/context.ts";
import { failed, found, skipped } from "../core/step.ts";
import { violationsIn, withSql } from "../shared/database.ts";
import { readSnapshot, writeSnapshot } from "./record.ts";
import { nameOf, NO_DUMP, urlOf } from "./second-database.ts";

export const prove: GoLiveStep = {
  code: "snapshot.prove",
  title: "Is the restored ledger proved?",
  source: "ledger",
  async run({ project, facts, run }) {
    if (facts["snapshot.file"] === undefined || project.databaseUrl === undefined) {
      return skipped(NO_DUMP);
    }
    const violations = await withSql(urlOf(project.databaseUrl, nameOf(run)), violationsIn);
    if (violations.length > 0) return failed(violations, "See docs/runbooks/prove_violation.md.");
    const snapshot = await readSnapshot(project);
    if (snapshot) await writeSnapshot(project, { ...snapshot, provedAt: new Date().toISOString() });
    return found("farthing.prove() found no violation in the restored database");
  },
};
