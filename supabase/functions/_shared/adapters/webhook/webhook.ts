/**
 * Posts an alert by webhook: Slack's JSON (`text` and `blocks`), signed by the rules of
 * standardwebhooks.com. Slack ignores the signature; any other receiver can check the headers with
 * a library for its language.
 */
import { Webhook } from "standardwebhooks";
import { ApiError } from "../../core/errors.ts";
import { EXTERNAL_SERVICES } from "../../resilience/external-services.ts";
import { type Alert, type AlertData, runbookLink } from "./alert-data.ts";

interface AlertWebhookEnv {
  readonly url: string;
  /**
   * `whsec_` followed by base64, or any text of at least 32 characters. Without a secret, alerts
   * are unsigned, which Slack accepts.
   */
  readonly secret: string | undefined;
  readonly runbooksUrl?: string | undefined;
}

/** The receiver will never accept this message, so a retry is useless. */
export class AlertRefused extends Error {}

const MAX_RETRY_AFTER_SECONDS = 3_600;

/**
 * Temporary statuses: the receiver is busy or not ready. Every other 4xx, and every redirect, is a permanent
 * refusal.
 */
const PASSING = [408, 425, 429];

/** Escapes the three characters that Slack requires to be escaped. */
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

/** Makes an error without the URL, which is a secret, and without the receiver's text. */
function failure(internal: string, status: 502 | 503, retryAfterSeconds?: number): ApiError {
  return new ApiError("upstream_unavailable", { internal, status, retryAfterSeconds });
}

/**
 * @throws ApiError if the configured secret is invalid. The alert stays queued until an operator corrects the
 * secret.
 */
function keyOf(secret: string): Webhook {
  try {
    return secret.startsWith("whsec_")
      ? new Webhook(secret)
      : new Webhook(secret, { format: "raw" });
  } catch {
    throw failure("ALERT_WEBHOOK_SECRET begins with whsec_, but the rest is not base64", 503);
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
 * Posts one alert in one attempt; the caller retries.
 * @throws AlertRefused for a definite refusal (a redirect, or a permanent 4xx); otherwise ApiError
 * `upstream_unavailable`, with `retryAfterSeconds` if the receiver sent a Retry-After header
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
