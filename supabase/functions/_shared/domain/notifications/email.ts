/**
 * Writes an email as text and as HTML from the same parts, so that the two cannot differ. Each value from a
 * notification's data is escaped and put on one line; characters that could end a header or reverse the
 * reading direction are removed.
 */
import type { EmailParts, Look } from "./email-parts.ts";
import { htmlOf } from "./email-html.ts";
import { textOf } from "./email-text.ts";
import { oneLine } from "./one-line.ts";

export interface Email {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const LONGEST_SUBJECT = 150;

export function writeEmail(parts: EmailParts, look: Look): Email {
  const subject = oneLine(parts.subject, LONGEST_SUBJECT);
  return {
    subject,
    text: textOf(parts, look),
    html: htmlOf({ ...parts, subject }, look),
  };
}
