/** What detectors speak: a stretch of text that has to go. */

/** A stretch to be replaced, as UTF-16 offsets; `end` is past it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds one kind. Spans come in order and do not overlap. Work grows linearly with the text: patterns
 * begin where a run of their characters begins (a lookbehind says so) or at a rare anchor, and what
 * they read from there is bounded or never read again.
 */
export type Detector = (text: string) => Span[];

/** The stretches that end a match and are called `value` in it. */
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
