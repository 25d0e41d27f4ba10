/**
 * Applies Stripe's events since the dump to the restored ledger, and compares this ledger with the
 * project's.
 */
import { Backfilled } from "../../../supabase/functions/_shared/contracts/webhook-events.ts";
import { formatMs } from "../../command/format-ms.ts";
import { ROOT } from "../../command/root.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import { failed, type Finding, found, skipped } from "../core/step.ts";
import { ask, dataOf } from "../shared/ask.ts";
import { violationsIn, withSql } from "../shared/database.ts";
import { withServedFunctions } from "../shared/served-functions.ts";
import { comparePaid } from "./compare.ts";
import { nameOf, NO_DUMP, urlOf } from "./second-database.ts";

/**
 * Stripe creates an event some seconds before the project receives it. The catch-up therefore also
 * fetches events that were created shortly before the dump and may have arrived after it.
 */
const BEFORE_MS = 3_600_000;

async function caughtUp({ project, facts, run }: Context, databaseUrl: string): Promise<Finding> {
  const start = performance.now();
  const url = urlOf(databaseUrl, nameOf(run));
  const sinceMs = Date.parse(facts["snapshot.at"] ?? "") - BEFORE_MS;
  const hours = Math.ceil((Date.now() - sinceMs) / 3_600_000);
  const pool = new URL(url);
  if (project.isLocal) pool.searchParams.set("sslmode", "disable");
  const changes = { DATABASE_POOL_URL: pool.href };
  const { listed, received, failed: unapplied } = await withServedFunctions(
    project,
    ROOT,
    changes,
    async (there) =>
      dataOf(await ask(there, "webhook-events/backfill", { body: { hours } }), 200, Backfilled),
  );
  const { lines, differing } = await comparePaid(databaseUrl, url);
  const violations = await withSql(url, violationsIn);
  const took = formatMs(performance.now() - start);
  const evidence = [
    `${received} of ${listed} events of ${hours} h were missing and are applied in ${took}`,
    ...lines,
    ...violations,
  ];
  return differing.length + violations.length + unapplied === 0
    ? found(evidence)
    : failed([...evidence, ...differing], "Compare the accounts by hand before you use the dump.");
}

export const catchUp: GoLiveStep = {
  code: "snapshot.catch-up",
  title: "Do Stripe's events bring the restored ledger up to date?",
  source: "stripe",
  async run(context) {
    const { project, facts } = context;
    if (facts["snapshot.file"] === undefined || project.databaseUrl === undefined) {
      return skipped(NO_DUMP);
    }
    if (!project.isLocal) {
      return skipped(
        "the functions of a hosted project write into its own database: after a real restore, " +
          "call POST /webhook-events/backfill there",
      );
    }
    return await caughtUp(context, project.databaseUrl);
  },
};
