/** Finds IBANs by the length that their country prescribes, and by their check digits (mod 97). */
import { countrySpecs } from "ibantools";
import type { Span } from "./spans.ts";

const START = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ \u00a0-]?[A-Za-z0-9])/g;
const SEPARATOR = /[ \u00a0-]/;
const ALNUM = /[A-Za-z0-9]/;

/**
 * Checks the check digits by ISO 7064: letters count as 10 to 35, and the first four characters
 * come last.
 */
function isChecked(iban: string): boolean {
  let rest = 0;
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const value = parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/**
 * Returns the end of a run of exactly `chars` letters and digits, with at most one separator
 * between two of them. Returns undefined if the run is shorter or longer.
 */
function endOf(text: string, start: number, chars: number): number | undefined {
  let at = start;
  for (let count = 0; count < chars; count++, at++) {
    if (count > 0 && SEPARATOR.test(text[at] ?? "")) at++;
    if (!ALNUM.test(text[at] ?? "")) return undefined;
  }
  return ALNUM.test(text[at] ?? "") ? undefined : at;
}

export function findIbans(text: string): Span[] {
  const spans: Span[] = [];
  let last = 0;
  for (const { 0: head, index } of text.matchAll(START)) {
    const chars = countrySpecs[head.slice(0, 2).toUpperCase()]?.chars;
    if (index < last || !chars) continue;
    const end = endOf(text, index, chars);
    if (end === undefined) continue;
    if (!isChecked(text.slice(index, end).replace(/[^A-Za-z0-9]/g, ""))) continue;
    spans.push({ start: index, end });
    last = end;
  }
  return spans;
}
