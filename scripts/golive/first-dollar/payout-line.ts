/** Finds an order's line in the project's reports of payouts, and judges it. */
import type { z } from "zod";
import {
  PayoutReport,
  PayoutRow,
} from "../../../supabase/functions/_shared/contracts/reports/payouts.ts";
import { reportOf } from "../../../supabase/functions/_shared/contracts/reports/report.ts";
import type { Project } from "../command/project.ts";
import { type Finding, found, warning } from "../core/step.ts";
import { ask, dataOf } from "../shared/ask.ts";

const Payouts = reportOf(PayoutRow);

export type Line = z.output<typeof PayoutReport>["rows"][number];

/** Returns the ids of the payouts since `paidAt`: no earlier payout can contain the payment. */
export async function payoutsSince(project: Project, paidAt: string): Promise<string[]> {
  const from = new Date(paidAt).toISOString().slice(0, 10);
  const reply = await ask(project, `reports/payouts?from=${from}`);
  return dataOf(reply, 200, Payouts).rows.map(({ payout_id }) => payout_id);
}

export async function lineOf(
  project: Project,
  payoutId: string,
  orderId: string,
): Promise<Line | undefined> {
  const { rows } = dataOf(await ask(project, `reports/payouts/${payoutId}`), 200, PayoutReport);
  return rows.find(({ order_id }) => order_id === orderId);
}

/**
 * The line of a payout is evidence of the payment only if the line and the project's record of the
 * payment have the same amount.
 */
export function judgeLine(line: Line): Finding {
  const { payout_id, balance_transaction_id: id, gross, net, currency, matched } = line;
  const evidence =
    `payout ${payout_id}, ${id}: gross ${gross}, net ${net} ${currency}, matched ${matched}`;
  if (matched) return found(evidence);
  const why = line.mismatch === "differs"
    ? `Stripe's amount less our record's is ${line.difference}`
    : "the project has no record of this money";
  return warning(
    [evidence, why],
    `Compare GET /reports/payouts/${payout_id} with Stripe's payout: ` +
      "docs/runbooks/reconciliation_mismatch.md.",
  );
}
