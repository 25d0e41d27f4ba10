/**
 * Makes a plain copy of a text: full-width characters become ASCII, unusual spaces and dashes
 * become ordinary ones, and zero-width characters are removed. Detectors search the copy; the spans
 * that they find are replaced in the original.
 */
import type { Span } from "./spans.ts";

// Full-width ASCII, the ideographic space, hyphens and the minus sign, and invisible characters.
const OTHER_FORMS = /[\uff01-\uff5e\u3000\u2010\u2011\u2212\u00ad\u200b-\u200d\u2060\ufeff]/;
const FULL_WIDTH_OFFSET = 0xfee0;
const IDEOGRAPHIC_SPACE = 0x3000;

export interface PlainText {
  readonly text: string;
  /** Converts a span of the copy into the corresponding span of the original text. */
  readonly spanOf: (span: Span) => Span;
}

/**
 * A run of characters in OTHER_FORMS. Such runs are rare, so the text between two runs is copied as
 * a whole.
 */
const RUN_OF_OTHERS = new RegExp(`${OTHER_FORMS.source}+`, "g");

function plainForm(code: number): string {
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - FULL_WIDTH_OFFSET);
  if (code === IDEOGRAPHIC_SPACE) return " ";
  return code === 0x2010 || code === 0x2011 || code === 0x2212 ? "-" : "";
}

export function plain(text: string): PlainText {
  if (!OTHER_FORMS.test(text)) return { text, spanOf: (span) => span };
  const places = new Uint32Array(text.length);
  const parts: string[] = [];
  let length = 0;
  let from = 0;
  const keep = (part: string, at: number) => {
    parts.push(part);
    for (let next = 0; next < part.length; next++) places[length++] = at + next;
  };
  for (const { 0: run, index } of text.matchAll(RUN_OF_OTHERS)) {
    keep(text.slice(from, index), from);
    for (let at = 0; at < run.length; at++) keep(plainForm(run.charCodeAt(at)), index + at);
    from = index + run.length;
  }
  keep(text.slice(from), from);
  return {
    text: parts.join(""),
    spanOf: ({ start, end }) => ({ start: places[start]!, end: places[end - 1]! + 1 }),
  };
}
