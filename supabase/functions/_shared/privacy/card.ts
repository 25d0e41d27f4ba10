/**
 * Finds the numbers of payment cards: 13 to 19 digits that begin as a card network's numbers do,
 * and pass Luhn's check. There may be spaces or dashes between the digits.
 */
import type { Span } from "./spans.ts";

const RUN = /(?<!\w|\w[.,:/]|\+)\d(?:[ \u00a0–-]{0,3}\d){12,}/g;
// The first digits of the card networks' numbers: American Express, Diners and JCB (3); Visa (4);
// Mastercard and Maestro (5); Discover, UnionPay and Maestro (6); Mastercard (2); UATP with 15
// digits (1).
const NETWORK = /^(?:3[04-9]|4|5[0-8]|6|2[2-7]|1\d{14}$)/;
// The lengths of the digit groups in which card numbers are printed. A card number that stands
// beside other numbers must have one of these groupings.
const PRINTED = new Set([
  ...["13", "14", "15", "16", "17", "18", "19"],
  ...["4-4-4-4", "4-6-5", "4-6-4", "4-4-4-4-3", "4-4-5", "4-5-6"],
]);
const MIN_DIGITS = 13;
const MAX_DIGITS = 19;

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    sum += at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

function isCard(digits: string): boolean {
  // A phone's IMEI has 15 digits, often begins with 35, and passes Luhn's check. A JCB card begins
  // with 35 too, but has 16 digits, so 15 digits that begin with 35 are not a card.
  return NETWORK.test(digits) && !/^35\d{13}$/.test(digits) && passesLuhn(digits);
}

/**
 * Returns the length, in groups, of the longest card that begins with this group; 0 if there is
 * none.
 */
function groupsOfCard(groups: readonly { digits: string }[], first: number): number {
  if (!/^[1-6]/.test(groups[first]!.digits)) return 0;
  let digits = "";
  const lengths: number[] = [];
  let found = 0;
  for (let next = first; next < groups.length; next++) {
    digits += groups[next]!.digits;
    lengths.push(groups[next]!.digits.length);
    if (digits.length > MAX_DIGITS) break;
    const isWhole = first === 0 && next === groups.length - 1;
    if (digits.length < MIN_DIGITS || !(isWhole || PRINTED.has(lengths.join("-")))) continue;
    if (isCard(digits)) found = next - first + 1;
  }
  return found;
}

function cardsIn(run: string, at: number): Span[] {
  const groups = [...run.matchAll(/\d+/g)].map(({ 0: digits, index }) => ({ digits, index }));
  const spans: Span[] = [];
  for (let first = 0; first < groups.length; first++) {
    const count = groupsOfCard(groups, first);
    if (count === 0) continue;
    const last = groups[first + count - 1]!;
    spans.push({ start: at + groups[first]!.index, end: at + last.index + last.digits.length });
    first += count - 1;
  }
  return spans;
}

export function findCards(text: string): Span[] {
  return [...text.matchAll(RUN)]
    .flatMap(({ 0: run, index }) => cardsIn(run, index))
    .filter(({ end }) => !/^(?:\w|[.,]\d)/.test(text.slice(end, end + 2)));
}
