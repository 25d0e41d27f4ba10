/** Postmark: `POST /email`. It knows no key of ours, so what may have been sent is never sent again. */
import { type MailMessage, MailRefused } from "./mail.ts";
import { noAnswer, notSent, type Posted, postJson } from "./post-json.ts";

export const POSTMARK_URL = "https://api.postmarkapp.com";

/**
 * Of the message itself: not an address, no JSON as it wants it, a field that it does not take, an address
 * that has bounced or complained. All other codes are of our account, and are somebody's to put right.
 */
const REFUSED = [300, 402, 403, 406];

/** A planned outage, which Postmark explains itself. Of 500 it says that most messages are lost: not all. */
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
