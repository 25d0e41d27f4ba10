/** Finds an order's line in the project's reports of payouts. */
import type { z } from "zod";
import {
  PayoutReport,
  PayoutRow,
} from "../../../supabase/functions/_shared/contracts/reports/payouts.ts";
import { reportOf } from "../../../supabase/functions/_shared/contracts/reports/report.ts";
import type { Project } from "../command/project.ts";
import { ask, dataOf } from "../shared/ask.ts";

const Payouts = reportOf(PayoutRow);

export type Line = z.output<typeof PayoutReport>["rows"][number];

/** Returns the ids of the payouts that were made since then: no earlier one can have the payment. */
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
