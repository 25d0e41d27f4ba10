/** Spans of a text that detectors find, and functions that combine them. */

/** A span to be replaced, in UTF-16 units; `end` is the first unit after the span. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds one kind of data. The spans are in order and do not overlap. The time must grow only
 * linearly with the text. So a match may begin only at a rare character, or at the start of a run
 * of characters (a lookbehind ensures this). From there, the pattern reads at most a fixed number
 * of characters, or characters that no later match reads again.
 */
export type Detector = (text: string) => Span[];

/**
 * Returns the span of each match. If the pattern has a group `value`, returns the span of that
 * group. The group must end where the match ends.
 */
export function valuesOf(
  text: string,
  pattern: RegExp,
  isOne: (value: string, start: number) => boolean = () => true,
): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(pattern)) {
    const value = match.groups?.value ?? match[0];
    const end = match.index + match[0].length;
    if (isOne(value, end - value.length)) spans.push({ start: end - value.length, end });
  }
  return spans;
}

/**
 * Returns the spans of several detectors in order. If two spans overlap, only the one that begins first is
 * returned.
 */
export function merged(...lists: Span[][]): Span[] {
  const spans: Span[] = [];
  for (const span of lists.flat().sort((a, b) => a.start - b.start)) {
    if (span.start >= (spans.at(-1)?.end ?? 0)) spans.push(span);
  }
  return spans;
}
