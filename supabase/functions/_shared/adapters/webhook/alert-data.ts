/**
 * The content of an alert, as farthing.open_incident() queues it: figures and names of ours, no
 * personal data.
 */

export interface AlertData {
  readonly incident_id: string;
  /** The rule's name, for example `webhook_backlog`. */
  readonly rule: string;
  /** `info` needs no action. */
  readonly severity: "critical" | "warning" | "info";
  /** One sentence that contains the figures. */
  readonly summary: string;
  /** Decimal strings in the unit of the rule. */
  readonly value: string;
  readonly threshold: string;
  /** A path in this repository, or a URL of the operators. */
  readonly runbook: string;
  readonly fired_at: string;
}

export interface Alert {
  /** The notification's id, the same in each attempt, so that a receiver can drop a repeat. */
  readonly id: string;
  readonly data: AlertData;
}

/**
 * Returns the address of the runbook: the operators' own URL unchanged; with RUNBOOKS_URL, the page
 * of that name below it; otherwise the path in the repository.
 */
export function runbookLink(runbook: string, runbooksUrl: string | undefined): string {
  if (/^https?:\/\//.test(runbook) || runbooksUrl === undefined) return runbook;
  const page = runbook.slice(runbook.lastIndexOf("/") + 1);
  return `${runbooksUrl.replace(/\/+$/, "")}/${page}`;
}
