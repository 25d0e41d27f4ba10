/** Where the links of Auth's mails lead in the end: the project's `site_url`, as on Supabase. */
import type { OutgoingMail } from "../mail/deliver.ts";

/**
 * The message with its links' goal changed. lite has one setting for its own address and for the app's:
 * it has to be `from`, its own, for the links to work at all.
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
