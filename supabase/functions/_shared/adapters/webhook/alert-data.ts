/**
 * The contents of an alert, as farthing.open_incident() queues it: our figures and names, nothing personal.
 */

export interface AlertData {
  readonly incident_id: string;
  /** The rule's name, for example `webhook_backlog`. */
  readonly rule: string;
  /** `info` needs no action: it is for the record. */
  readonly severity: "critical" | "warning" | "info";
  /** One sentence that contains the figures. */
  readonly summary: string;
  /** Decimal strings, in the rule's unit. */
  readonly value: string;
  readonly threshold: string;
  /** A path in this repository, or a URL of the operators' own. */
  readonly runbook: string;
  readonly fired_at: string;
}

export interface Alert {
  /** The notification's id, the same in each attempt: a receiver that knows it drops a repeat. */
  readonly id: string;
  readonly data: AlertData;
}

/**
 * The runbook's address for a reader: the operators' own URL unchanged, else the page of that name under
 * RUNBOOKS_URL, else the path in the repository.
 */
export function runbookLink(runbook: string, runbooksUrl: string | undefined): string {
  if (/^https?:\/\//.test(runbook) || runbooksUrl === undefined) return runbook;
  const page = runbook.slice(runbook.lastIndexOf("/") + 1);
  return `${runbooksUrl.replace(/\/+$/, "")}/${page}`;
}
