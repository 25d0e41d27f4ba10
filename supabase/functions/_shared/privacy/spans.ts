/** Spans of text that detectors find, and how they are combined. */

/** A span to be replaced, as UTF-16 offsets; `end` is past it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds one kind. Spans come in order and do not overlap. Work grows linearly with the text: a pattern begins
 * where a run of its characters begins (by a lookbehind) or at a rare anchor, and what it reads from there is
 * bounded or never read again.
 */
export type Detector = (text: string) => Span[];

/** The spans of the group `value`, which ends each match. */
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

/** Spans of several detectors in order; of two that overlap the earlier one stays. */
export function merged(...lists: Span[][]): Span[] {
  const spans: Span[] = [];
  for (const span of lists.flat().sort((a, b) => a.start - b.start)) {
    if (span.start >= (spans.at(-1)?.end ?? 0)) spans.push(span);
  }
  return spans;
}
