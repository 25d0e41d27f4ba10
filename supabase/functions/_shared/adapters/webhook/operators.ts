/** The ways to notify operators: the email addresses in ALERT_EMAILS, and a webhook. */
import { type Alert, runbookLink } from "./alert-data.ts";
import { AlertRefused, postAlert } from "./webhook.ts";
import type { Env } from "../../core/env.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import { createResiliencePolicy } from "../../resilience/resilience-policy.ts";

export interface Operators {
  /** The addresses of ALERT_EMAILS; empty if it is not set. */
  readonly emails: readonly string[];
  readonly runbookLink: (runbook: string) => string;
  /**
   * Posts an alert to the operators' webhook; null if none is configured.
   * @throws as postAlert() in webhook.ts
   */
  readonly postAlert: ((alert: Alert) => Promise<void>) | null;
}

type OperatorsEnv = Pick<
  Env,
  "ALERT_EMAILS" | "ALERT_WEBHOOK_URL" | "ALERT_WEBHOOK_SECRET" | "RUNBOOKS_URL"
>;

function posterTo(url: string, env: OperatorsEnv, metrics: Metrics): Operators["postAlert"] {
  const target = { url, secret: env.ALERT_WEBHOOK_SECRET, runbooksUrl: env.RUNBOOKS_URL };
  const policy = createResiliencePolicy("webhook", {
    isOutage: (error) => !(error instanceof AlertRefused),
    metrics,
  });
  return async (alert) =>
    await policy.execute((signal) =>
      postAlert(target, alert, (input, init) => fetch(input, { ...init, signal }))
    );
}

export function createOperators(env: OperatorsEnv, metrics: Metrics): Operators {
  const { ALERT_WEBHOOK_URL: url } = env;
  return {
    emails: env.ALERT_EMAILS ?? [],
    runbookLink: (runbook) => runbookLink(runbook, env.RUNBOOKS_URL),
    postAlert: url === undefined ? null : posterTo(url, env, metrics),
  };
}
