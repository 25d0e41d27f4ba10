/**
 * Sends emails through Resend, `POST /emails`. If a message is repeated with the same Idempotency-Key within
 * 24 hours, Resend sends only the first one.
 */
import { type MailMessage, MailRefused } from "./mail.ts";
import { noAnswer, notSent, type Posted, postJson } from "./post-json.ts";

export const RESEND_URL = "https://api.resend.com";

/**
 * The HTTP statuses for a problem of the message. The list leaves out 401 and 403, which are about
 * the account. It also leaves out 409, with which Resend answers a repeated request while Resend is
 * still sending the first message.
 */
const REFUSED = [400, 413, 422];

interface Options {
  readonly fetch: typeof globalThis.fetch;
  readonly url: string;
  readonly token: string;
  readonly from: string;
}

/**
 * Only the names of Resend's errors are reported, because Resend's sentences may contain the address.
 */
function nameOf({ body }: Posted): string {
  const name = String(body?.name ?? "");
  return /^[a-z_]{1,60}$/.test(name) ? name : "no name";
}

function idOf(answer: Posted): string {
  const { status, body } = answer;
  if (status >= 200 && status < 300 && typeof body?.id === "string") return body.id;
  const name = `resend: HTTP ${status}, ${nameOf(answer)}`;
  if (REFUSED.includes(status)) throw new MailRefused(name);
  if (status >= 400) throw notSent(name, answer);
  throw noAnswer(`mail: ${name}`);
}

export async function sendByResend(
  { fetch, url, token, from }: Options,
  { to, subject, text, html, tag, key }: MailMessage,
  signal: AbortSignal,
): Promise<string> {
  return idOf(
    await postJson(fetch, {
      url: `${url}/emails`,
      headers: { authorization: `Bearer ${token}`, "idempotency-key": key },
      body: { from, to, subject, text, html, tags: [{ name: "template", value: tag }] },
      signal,
    }),
  );
}
