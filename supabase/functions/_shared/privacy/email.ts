/**
 * Finds email addresses, also with `%40` in a URL, and spelled out: `john[at]example[dot]com`,
 * "john at example dot com". The search around each "at" has a maximum length.
 */
import type { Span } from "./spans.ts";

const AT = /@|%40|\s?[[({<]\s?(?:at|@|ät|arroba|arobase)\s?[\])}>]\s?| at /gi;
// Only scripts with spaces between words are listed: in other scripts, a whole sentence would
// become part of the address.
const LETTER = "\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}";
const LOCAL_CHAR = new RegExp(`[${LETTER}0-9._%+'-]`, "u");
const MAX_LOCAL = 64;
const MAX_DOMAIN = 254;
const LABEL = `[${LETTER}0-9][${LETTER}0-9-]{0,62}`;
const DOMAIN = new RegExp(
  `^(?:${LABEL}\\.){1,8}(?:xn--[a-z0-9-]{2,59}|[${LETTER}]{2,24})(?![${LETTER}0-9])`,
  "iu",
);
// Ordinary sentences contain "at" and "dot", too. So an "at" without brackets belongs to an address
// only if the dots are spelled out.
const BRACKETED_DOT = "\\s?[[({<]\\s?(?:dot|\\.|punkt|punto|ponto|point)\\s?[\\])}>]\\s?";
const spelledDomain = (dot: string, ending: string) =>
  new RegExp(
    `^${LABEL}(?:(?:${dot})${LABEL}){0,7}(?:${dot})(?:${ending})(?![${LETTER}0-9])`,
    "iu",
  );
const WITH_SPELLED_DOTS = spelledDomain(`${BRACKETED_DOT}| dot |\\.`, `[${LETTER}]{2,24}`);
// In a sentence, an ordinary word such as "on" may follow " dot ". So this list leaves out
// top-level domains that are ordinary words.
const WITH_WORDS = spelledDomain(
  " dot ",
  "com|org|net|edu|gov|mil|info|biz|io|dev|app|ai|co|eu|us|uk|de|fr|es|nl|ca|au|jp|cn|br|ch|se|dk|pl|" +
    "example|test",
);
// `package@1.2.3-beta.next` is a version, and `icon@2x.png` is a picture.
const NO_DOMAIN = /^(?:\d+\.\d+\.|\d+x\.[a-z]{3,4}$)/i;

function localStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start < MAX_LOCAL && LOCAL_CHAR.test(text[start - 1]!)) start--;
  while (start < at && /['.-]/.test(text[start]!)) start++;
  return start;
}

function domainAfter(sign: string, text: string): string | undefined {
  if (sign === " at ") return WITH_WORDS.exec(text)?.[0];
  const spelled = WITH_SPELLED_DOTS.exec(text)?.[0];
  const written = DOMAIN.exec(text)?.[0];
  return (spelled?.length ?? 0) > (written?.length ?? 0) ? spelled : written;
}

export function findEmails(text: string): Span[] {
  const spans: Span[] = [];
  let last = 0;
  for (const { 0: sign, index } of text.matchAll(AT)) {
    const start = Math.max(localStart(text, index), last);
    if (start >= index) continue;
    const after = index + sign.length;
    const domain = domainAfter(sign, text.slice(after, after + MAX_DOMAIN));
    if (domain === undefined || NO_DOMAIN.test(domain)) continue;
    last = after + domain.length;
    spans.push({ start, end: last });
  }
  return spans;
}
