/**
 * Finds US social security numbers and ITINs: numbers in groups (3-2-4 digits) anywhere, and
 * numbers in any form after a name such as "SSN".
 */
import { merged, type Span, valuesOf } from "./spans.ts";

const DASHED = /(?<![\w-]|\d[.,])(?!000|666)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w]|-\w)/g;
// Any three numbers in a row may look like a social security number. So if spaces or dots separate
// the groups, a number beside the first or the last group excludes the match. ITINs, which begin
// with 9, are not found in this form.
const SPACED =
  /(?<![\w.,-]|[\d.,:] )(?!000|666|9)\d{3}([ .])(?!00)\d{2}\1(?!0000)\d{4}(?![\w%]|[ .,:-]\d|-\w)/g;
const NAMED = new RegExp(
  String
    .raw`(?<![a-z[])(?:ssn|itin|social (?:security|insurance)|my social)(?![a-z])[^\d\n[]{0,24}` +
    String.raw`(?<value>(?!000|666)\d{3}[ .-]?\d{2}[ .-]?\d{4})(?![\w]|-\w)`,
  "gi",
);

export function findSsns(text: string): Span[] {
  return merged(valuesOf(text, DASHED), valuesOf(text, SPACED), valuesOf(text, NAMED));
}
