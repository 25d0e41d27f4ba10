/**
 * Finds telephone numbers: international ones anywhere, North American ones in their usual form,
 * and others after a word such as "phone". libphonenumber-js knows which numbers exist. It receives
 * short candidates, because its own search takes unbounded time on a long text.
 */
import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { findNamedPhones } from "./named-phones.ts";
import { merged, type Span, valuesOf } from "./spans.ts";

// A number begins with "+", or with the prefix that replaces "+" in Europe (00) or North America
// (011).
const INTERNATIONAL = /(?<![\w+])(?:\+|00|011[ -])\(?\d[\d ().\/\u00a0‑-]{5,26}/g;
const NORTH_AMERICAN =
  /(?<![\w.+-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-.])\d{3}[-. \u00a0]\d{4}(?![\w]|[-.]\d)/g;
const MIN_DIGITS = 8;
// The library does not know every number. An unknown number is accepted if its length fits the
// country and the number has more than this many characters, including "+".
const PLAIN_DIGITS = 11;

function isNumber(number: string): boolean {
  const parsed = parsePhoneNumberFromString(number);
  if (parsed === undefined) return false;
  return parsed.isValid() || parsed.number.length > PLAIN_DIGITS && parsed.isPossible();
}

function internationalForm(number: string): string {
  return number.replace(/^(?:00|011[ -])/, "+");
}

/**
 * Returns the length of the longest prefix of the text that is a telephone number. Another number
 * may begin in the rest of the text.
 */
function lengthOfNumber(candidate: string): number {
  let number = candidate.replace(/\D+$/, "");
  while (number.replace(/\D/g, "").length >= MIN_DIGITS) {
    if (isNumber(internationalForm(number))) return number.length;
    const shorter = number.replace(/[^\d]+\d+$/, "");
    if (shorter === number) break;
    number = shorter;
  }
  return 0;
}

function findInternational(text: string): Span[] {
  const spans: Span[] = [];
  let last = 0;
  INTERNATIONAL.lastIndex = 0;
  for (let match = INTERNATIONAL.exec(text); match; match = INTERNATIONAL.exec(text)) {
    const length = lengthOfNumber(match[0]);
    const end = match.index + length;
    // If no number begins here, a number may begin at a later character of the same match.
    INTERNATIONAL.lastIndex = match.index + Math.max(length, 1);
    if (length === 0 || match.index < last || /[\p{L}\d]/u.test(text[end] ?? "")) continue;
    spans.push({ start: match.index, end });
    last = end;
  }
  return spans;
}

export function findPhones(text: string): Span[] {
  return merged(
    findInternational(text),
    valuesOf(text, NORTH_AMERICAN),
    findNamedPhones(text),
  );
}
