/**
 * Telephone numbers: international ones anywhere, North American ones in their usual form, others after a
 * word such as "phone". The library knows which numbers exist. It gets short candidates, because its own
 * finder does not bound its work on a long text.
 */
import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { findNamedPhones } from "./named-phones.ts";
import { merged, type Span, valuesOf } from "./spans.ts";

// "+", or the prefix that is dialled instead of it from Europe and from North America.
const INTERNATIONAL = /(?<![\w+])(?:\+|00|011[ -])\(?\d[\d ().\/\u00a0‑-]{5,26}/g;
const NORTH_AMERICAN =
  /(?<![\w.+-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-.])\d{3}[-. \u00a0]\d{4}(?![\w]|[-.]\d)/g;
const MIN_DIGITS = 8;
// With a plus and this many digits, the right length for its country is enough.
const PLAIN_DIGITS = 11;

function isNumber(number: string): boolean {
  const parsed = parsePhoneNumberFromString(number);
  if (parsed === undefined) return false;
  return parsed.isValid() || parsed.number.length > PLAIN_DIGITS && parsed.isPossible();
}

function internationalForm(number: string): string {
  return number.replace(/^(?:00|011[ -])/, "+");
}

/** The longest start of the candidate that is a number; the rest may be the start of another. */
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
    // Text that was read without finding a number may contain one that begins later.
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
