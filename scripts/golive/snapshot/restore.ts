/** Restores a dump into a second database, proves its ledger, and applies Stripe's later events. */
import { Backfilled } from "../../../supabase/functions/_shared/contracts/webhook-events.ts";
import { formatMs } from "../../command/format-ms.ts";
import { ROOT } from "../../command/root.ts";
import type { Context, GoLiveStep } from "../command/context.ts";
import { taskLine } from "../command/task-line.ts";
import { failed, type Finding, found, skipped } from "../core/step.ts";
import { ask, dataOf } from "../shared/ask.ts";
import { customerOf } from "../shared/customer.ts";
import { violationsIn, withSql } from "../shared/database.ts";
import { orderPaid, payOnEmulator, readOrder } from "../shared/purchase.ts";
import { withServedFunctions } from "../shared/served-functions.ts";
import { create, drop, nameOf, urlOf } from "./second-database.ts";
import { comparePaid } from "./compare.ts";
import { runTool } from "./dump.ts";
import { findPgDump } from "./find-tools.ts";
import { readSnapshot, writeSnapshot } from "./record.ts";

const NO_DUMP = "there is no dump of this run";

export const payment: GoLiveStep = {
  code: "snapshot.payment",
  title: "Is the order paid after the snapshot?",
  source: "stripe",
  async run(context) {
    const { project, facts } = context;
    const id = facts["snapshot.order"];
    if (id === undefined) return skipped("no order is open");
    const customer = await customerOf(context, "snapshot");
    await payOnEmulator(project, await readOrder(project, customer, id));
    const paid = await orderPaid(project, customer, id);
    return paid === undefined
      ? failed(
        `order ${id} is not paid`,
        `Look for the order's event: ${taskLine(context.options, "golive webhook")}.`,
      )
      : found(`order ${id}: ${paid.status} at ${paid.paid_at}, ${paid.total_credits} credits`);
  },
};

/**
 * Each attempt first drops the databases of earlier ones, so it never restores into a half-filled
 * one.
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

/** Stripe makes an event some seconds before it arrives, so the catch-up begins before the dump. */
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

export const cleanUp: GoLiveStep = {
  code: "snapshot.clean-up",
  title: "Is the second database dropped?",
  source: "project",
  async run({ project: { databaseUrl }, facts, run }) {
    if (facts["snapshot.file"] === undefined || databaseUrl === undefined) return skipped(NO_DUMP);
    await drop(databaseUrl, nameOf(run));
    return found(`the database ${nameOf(run)} is dropped; the dump stays`);
  },
};
