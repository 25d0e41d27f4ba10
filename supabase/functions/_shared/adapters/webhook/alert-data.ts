/**
 * The content of an alert, as farthing.open_incident() queues it: numbers and names, and no personal data.
 */

export interface AlertData {
  readonly incident_id: string;
  /** The rule's name, for example `webhook_backlog`. */
  readonly rule: string;
  /** `info` needs no action. */
  readonly severity: "critical" | "warning" | "info";
  /** One sentence that contains the figures. */
  readonly summary: string;
  /** `value` and `threshold` are decimal strings in the unit of the rule. */
  readonly value: string;
  readonly threshold: string;
  /** A path in this repository, or a URL that the operators chose. */
  readonly runbook: string;
  readonly fired_at: string;
}

export interface Alert {
  /**
   * The notification's id. It is the same in each attempt, so that a receiver can recognise a
   * repeated message and ignore it.
   */
  readonly id: string;
  readonly data: AlertData;
}

/**
 * Returns the URL or path of the runbook. A URL that the operators chose is returned unchanged. If
 * RUNBOOKS_URL is set, the result is RUNBOOKS_URL followed by the name of the runbook's file.
 * Otherwise, the result is the path in the repository.
 */
export function runbookLink(runbook: string, runbooksUrl: string | undefined): string {
  if (/^https?:\/\//.test(runbook) || runbooksUrl === undefined) return runbook;
  const page = runbook.slice(runbook.lastIndexOf("/") + 1);
  return `${runbooksUrl.replace(/\/+$/, "")}/${page}`;
}
