/**
 * An alert by webhook: Slack's JSON (`text` and `blocks`), signed as standardwebhooks.com says. Slack reads
 * the one and ignores the other; any other receiver checks the headers with the library of its language.
 */
import { Webhook } from "standardwebhooks";
import { ApiError } from "../../core/errors.ts";
import { EXTERNAL_SERVICES } from "../../resilience/external-services.ts";
import { type Alert, type AlertData, runbookLink } from "./alert-data.ts";

interface AlertWebhookEnv {
  readonly url: string;
  /** `whsec_` and base64, or any text of 32 characters and more. Absent: sent unsigned, as Slack wants. */
  readonly secret: string | undefined;
  readonly runbooksUrl?: string | undefined;
}

/** The receiver will never take this message: no use in another try. */
export class AlertRefused extends Error {}

const MAX_RETRY_AFTER_SECONDS = 3_600;

/** Answers that pass: the receiver is slow, busy or early. Every other 4xx, and a redirect, is a no. */
const PASSING = [408, 425, 429];

/** Slack's three characters. */
function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function messageOf(data: AlertData, runbooksUrl: string | undefined) {
  const head = `[${data.severity}] ${data.rule}`;
  const link = runbookLink(data.runbook, runbooksUrl);
  const text = escape(`${head}: ${data.summary} Runbook: ${link}`);
  const facts = `value ${data.value}, threshold ${data.threshold}, since ${data.fired_at}`;
  return {
    text,
    blocks: [
      {
        type: "section",
        text: { type: "mrkdwn", text: `*${escape(head)}*\n${escape(data.summary)}` },
      },
      { type: "section", text: { type: "mrkdwn", text: `Runbook: ${escape(link)}` } },
      {
        type: "context",
        elements: [{ type: "plain_text", text: `${facts}. Incident ${data.incident_id}` }],
      },
    ],
  };
}

/** Neither the address nor what the receiver wrote is repeated: a webhook's URL is a secret. */
function failure(internal: string, status: 502 | 503, retryAfterSeconds?: number): ApiError {
  return new ApiError("upstream_unavailable", { internal, status, retryAfterSeconds });
}

/** @throws ApiError: the mistake is ours, and an alert waits until it is put right */
function keyOf(secret: string): Webhook {
  try {
    return secret.startsWith("whsec_")
      ? new Webhook(secret)
      : new Webhook(secret, { format: "raw" });
  } catch {
    throw failure("ALERT_WEBHOOK_SECRET begins with whsec_ and is no base64", 503);
  }
}

function headersOf(secret: string | undefined, id: string, body: string): Record<string, string> {
  const headers = { "content-type": "application/json" };
  if (secret === undefined) return headers;
  const at = new Date();
  return {
    ...headers,
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": keyOf(secret).sign(id, at, body),
  };
}

function retryAfter(answer: Response): number | undefined {
  const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0
    ? Math.min(Math.ceil(seconds), MAX_RETRY_AFTER_SECONDS)
    : undefined;
}

/**
 * Posts one alert, in one try; whoever calls it tries again.
 * @throws AlertRefused for a definite no (a redirect, or a 4xx that will not pass); else ApiError
 * `upstream_unavailable`, with `retryAfterSeconds` where the receiver named a time
 */
export async function postAlert(
  env: AlertWebhookEnv,
  { id, data }: Alert,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Promise<void> {
  const body = JSON.stringify(messageOf(data, env.runbooksUrl));
  const headers = headersOf(env.secret, id, body);
  let answer: Response;
  try {
    const signal = AbortSignal.timeout(EXTERNAL_SERVICES.webhook.timeoutMs);
    answer = await fetch(env.url, { method: "POST", body, headers, redirect: "manual", signal });
    await answer.body?.cancel();
  } catch (error) {
    const name = error instanceof Error ? error.name : "an error";
    throw failure(`alert webhook: ${name}`, 503);
  }
  if (answer.ok) return;
  const { status } = answer;
  if (status >= 500 || PASSING.includes(status)) {
    throw failure(`alert webhook: HTTP ${status}`, 502, retryAfter(answer));
  }
  throw new AlertRefused(`alert webhook: HTTP ${status}`);
}
