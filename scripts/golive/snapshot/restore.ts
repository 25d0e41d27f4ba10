/** Restores the dump into a second database. */
import { formatMs } from "../../command/format-ms.ts";
import type { GoLiveStep } from "../command/context.ts";
import { failed, found, skipped } from "../core/step.ts";
import { runTool } from "./dump.ts";
import { findPgDump } from "./find-tools.ts";
import { create, nameOf, NO_DUMP, urlOf } from "./second-database.ts";

/**
 * Each attempt first drops the databases of earlier attempts. So it never restores into a database
 * that is already half filled.
 */
export const restore: GoLiveStep = {
  code: "snapshot.restore",
  title: "Can the dump be restored?",
  source: "ledger",
  async run({ project, facts, run }) {
    const file = facts["snapshot.file"];
    const tools = await findPgDump(project);
    if (file === undefined || project.databaseUrl === undefined) return skipped(NO_DUMP);
    if (typeof tools === "string") return skipped(tools);
    const start = performance.now();
    const name = nameOf(run);
    await create(project.databaseUrl, name);
    const program = tools.pgDump.replace(/pg_dump$/, "pg_restore");
    const args = ["--no-owner", "--exit-on-error", "--single-transaction", file];
    const { success, said } = await runTool(program, args, urlOf(project.databaseUrl, name));
    if (!success) return failed(said.split("\n").slice(0, 5), "Correct what pg_restore reports.");
    return found(`into the database ${name} in ${formatMs(performance.now() - start)}`);
  },
};
