/** E-mail addresses, also as `%40` in a URL. Each `@` is looked at to both sides, within bounds. */
import type { Span } from "./spans.ts";

const AT = /@|%40/g;
// Scripts with spaces between words: in others a sentence would become part of the address.
const LETTER = "\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}";
const LOCAL_CHAR = new RegExp(`[${LETTER}0-9._%+'-]`, "u");
const MAX_LOCAL = 64;
const MAX_DOMAIN = 254;
const LABEL = `[${LETTER}0-9][${LETTER}0-9-]{0,62}`;
const DOMAIN = new RegExp(
  `^(?:${LABEL}\\.){1,8}(?:xn--[a-z0-9-]{2,59}|[${LETTER}]{2,24})(?![${LETTER}0-9])`,
  "iu",
);
// `package@1.2.3-beta.next` is a version, `icon@2x.png` a picture.
const NO_DOMAIN = /^(?:\d+\.\d+\.|\d+x\.[a-z]{3,4}$)/i;

function localStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start < MAX_LOCAL && LOCAL_CHAR.test(text[start - 1]!)) start--;
  while (start < at && /['.-]/.test(text[start]!)) start++;
  return start;
}

export function findEmails(text: string): Span[] {
  const spans: Span[] = [];
  let last = 0;
  for (const { 0: sign, index } of text.matchAll(AT)) {
    const start = Math.max(localStart(text, index), last);
    if (start >= index) continue;
    const after = index + sign.length;
    const domain = DOMAIN.exec(text.slice(after, after + MAX_DOMAIN))?.[0];
    if (domain === undefined || NO_DOMAIN.test(domain)) continue;
    last = after + domain.length;
    spans.push({ start, end: last });
  }
  return spans;
}
