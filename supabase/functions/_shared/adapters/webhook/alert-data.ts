/** What an alert says, as farthing.open_incident() queues it: figures and names of ours, nothing personal. */

export interface AlertData {
  readonly incident_id: string;
  /** The rule's name, for example `webhook_backlog`. */
  readonly rule: string;
  /** `info` needs nobody: it is to be kept. */
  readonly severity: "critical" | "warning" | "info";
  /** One sentence with the figures in it. */
  readonly summary: string;
  /** Decimal strings, in the rule's unit. */
  readonly value: string;
  readonly threshold: string;
  /** A path in this repository, or an address of one's own. */
  readonly runbook: string;
  readonly fired_at: string;
}

export interface Alert {
  /** The notification's id, the same in each attempt: a receiver that knows it drops a repeat. */
  readonly id: string;
  readonly data: AlertData;
}

/**
 * Where a reader finds the runbook: an address of the operators' own as it is, else the page of that name
 * under RUNBOOKS_URL, else the path in the repository.
 */
export function runbookLink(runbook: string, runbooksUrl: string | undefined): string {
  if (/^https?:\/\//.test(runbook) || runbooksUrl === undefined) return runbook;
  const page = runbook.slice(runbook.lastIndexOf("/") + 1);
  return `${runbooksUrl.replace(/\/+$/, "")}/${page}`;
}
