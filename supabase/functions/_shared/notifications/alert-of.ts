/** What a webhook is told: alerts as they are, and disputes in the same form. */
import type { AlertData } from "../alerts/alert-data.ts";
import { moment, money } from "./figures.ts";
import { BadNotice } from "./render-notice.ts";
import { alert } from "./templates/alert.ts";
import { dispute } from "./templates/dispute.ts";

function ofDispute(data: unknown): AlertData | undefined {
  const parsed = dispute.schema.safeParse(data);
  if (!parsed.success) return undefined;
  const { dispute_id, phase, amount, currency, reason, at } = parsed.data;
  const why = reason === null ? "" : `, ${reason}`;
  return {
    incident_id: `${dispute_id}:${phase}`,
    rule: "dispute",
    severity: phase === "won" ? "warning" : "critical",
    summary: `${phase}: ${money(amount, currency)}${why}, ${moment(at)}.`,
    value: String(amount),
    threshold: "0",
    runbook: "docs/runbooks/disputes.md",
    fired_at: at,
  };
}

/** @throws BadNotice for any other template, and for data that are not its */
export function alertOf(template: string, data: unknown): AlertData {
  const said = template === "alert"
    ? alert.schema.safeParse(data).data
    : template === "dispute"
    ? ofDispute(data)
    : undefined;
  if (said === undefined) throw new BadNotice(`${template} by webhook`);
  return said;
}
