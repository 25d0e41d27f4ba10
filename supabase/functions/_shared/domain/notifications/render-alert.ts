/**
 * Renders notifications to operators for a webhook. Disputes and ledger heads are rendered in the format of
 * alerts.
 */
import type { AlertData } from "../../adapters/webhook/alert-data.ts";
import { formatsOf } from "./locale-formats.ts";
import { oneLine } from "./one-line.ts";
import { alert, anchor, dispute } from "./operator-templates.ts";
import { InvalidNotification } from "./render-notification.ts";

const { money, moment } = formatsOf("en-GB");

function ofDispute(data: unknown): AlertData | undefined {
  const parsed = dispute.schema.safeParse(data);
  if (!parsed.success) return undefined;
  const { dispute_id, phase, amount, currency, reason, at } = parsed.data;
  const why = reason === null ? "" : `, ${reason}`;
  return {
    incident_id: `${dispute_id}:${phase}`,
    rule: "dispute",
    severity: phase === "won" ? "warning" : "critical",
    summary: oneLine(`${phase}: ${money(amount, currency)}${why}, ${moment(at)}.`),
    value: String(amount),
    threshold: "0",
    runbook: "docs/runbooks/disputes.md",
    fired_at: at,
  };
}

function ofAnchor(data: unknown): AlertData | undefined {
  const parsed = anchor.schema.safeParse(data);
  if (!parsed.success) return undefined;
  const { head_nr, hash, entries, accounts, made_at } = parsed.data;
  return {
    incident_id: `anchor:${head_nr}`,
    rule: "anchor",
    severity: "info",
    summary: `Ledger head ${head_nr}: hash ${hash}, ${entries} entries of ${accounts} accounts.`,
    value: hash,
    threshold: "0",
    runbook: "docs/runbooks/anchor.md",
    fired_at: made_at,
  };
}

const ALERTS: Record<string, (data: unknown) => AlertData | undefined> = {
  alert: (data) => alert.schema.safeParse(data).data,
  dispute: ofDispute,
  anchor: ofAnchor,
};

/**
 * Returns the alert for the webhook.
 * @throws InvalidNotification if the template has no form for webhooks, or if its data is invalid
 */
export function webhookAlert(template: string, data: unknown): AlertData {
  const made = ALERTS[template]?.(data);
  if (made === undefined) throw new InvalidNotification(`${template} by webhook`);
  return made;
}
