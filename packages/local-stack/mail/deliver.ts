/** Hands a message to the inbox, in Postmark's form. */

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
