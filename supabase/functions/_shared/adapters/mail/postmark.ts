/**
 * Sends emails through Postmark, `POST /email`. Postmark has no idempotency keys, so a possibly
 * sent message is never repeated.
 */
import { type MailMessage, MailRefused } from "./mail.ts";
import { noAnswer, notSent, type Posted, postJson } from "./post-json.ts";

export const POSTMARK_URL = "https://api.postmarkapp.com";

/**
 * Postmark's error codes for a problem of the message: its address, JSON or a field is invalid, or
 * Postmark has blocked the address after a bounce or a complaint. All other error codes are about
 * the account, and an operator can correct the cause.
 */
const REFUSED = [300, 402, 403, 406];

/**
 * Postmark's documentation calls this status a planned outage. Status 500 is different: the
 * documentation says that most messages with status 500 are lost, so some may have been sent.
 */
const OUTAGE = 503;

interface Options {
  readonly fetch: typeof globalThis.fetch;
  readonly url: string;
  readonly token: string;
  readonly from: string;
}

function idOf(answer: Posted): string {
  const { status, body } = answer;
  const code = Number(body?.ErrorCode);
  if (status === 200 && code === 0 && typeof body?.MessageID === "string") return body.MessageID;
  if (status === 422 && REFUSED.includes(code)) throw new MailRefused(`postmark: code ${code}`);
  if (status >= 400 && status < 500 || status === OUTAGE && !Number.isNaN(code)) {
    throw notSent(`postmark: HTTP ${status}, code ${code}`, answer);
  }
  throw noAnswer(`mail: postmark: HTTP ${status}`);
}

export async function sendByPostmark(
  { fetch, url, token, from }: Options,
  { to, subject, text, html, tag }: MailMessage,
  signal: AbortSignal,
): Promise<string> {
  return idOf(
    await postJson(fetch, {
      url: `${url}/email`,
      headers: { "x-postmark-server-token": token },
      body: {
        From: from,
        To: to.join(","),
        Subject: subject,
        TextBody: text,
        HtmlBody: html,
        Tag: tag,
        MessageStream: "outbound",
      },
      signal,
    }),
  );
}
