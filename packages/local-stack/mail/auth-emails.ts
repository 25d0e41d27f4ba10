/** Delivers a message to the inbox through Postmark's API. */

export interface OutgoingMail {
  to: string;
  subject: string;
  text?: string;
  html?: string;
}

const SENDER = "auth@farthing.test";

export async function deliver(mailUrl: string, message: OutgoingMail): Promise<void> {
  const response = await fetch(`${mailUrl}/email`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      From: SENDER,
      To: message.to,
      Subject: message.subject,
      TextBody: message.text,
      HtmlBody: message.html,
    }),
    signal: AbortSignal.timeout(5_000),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the mail inbox answered ${response.status}`);
}

/**
 * Returns the message with links that redirect the user to the project's `site_url`, as on
 * Supabase. @supabase/lite has one setting for two addresses: its own, to which the links lead, and
 * the app's, to which it then redirects the user. The links work only if the setting is its own
 * address, `from`. But then it also redirects to `from`, so this function replaces that target by
 * `siteUrl`.
 */
export function leadTo(
  siteUrl: string,
  { from, message }: { from: string; message: OutgoingMail },
): OutgoingMail {
  const goal = (url: string) => `redirect_to=${encodeURIComponent(url)}`;
  const change = (text: string) => text.replaceAll(goal(from), goal(siteUrl));
  return {
    ...message,
    ...(message.text !== undefined && { text: change(message.text) }),
    ...(message.html !== undefined && { html: change(message.html) }),
  };
}
