/**
 * Counts tokens by o200k_base, in linear time. Loading this module costs about 0.15 s of CPU and 40 MB, so it
 * is imported only when it is needed.
 */
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import type { AiMessage, TokenMeter } from "./ai.ts";

/**
 * Byte pair encoding takes the square of the longest piece without a boundary. 64 KiB of one letter, or of a
 * script without spaces, would take 2.5 s, more CPU than a request has. In slices it takes 0.1 s.
 */
const SLICE_CHARS = 1024;

/** The uncounted end of a text in pieces is counted again and again: 16,000 pieces must not take a second. */
const OPEN_CHARS = 256;

/**
 * Until so much is new, pieces count one by one, which is exact for a provider's own tokens. A script without
 * spaces, such as Thai, takes the square of the uncounted end: 16,000 words of it took 5.7 s, and a request
 * has 2 s of CPU.
 */
const FRESH_CHARS = 32;

// The tokens that the chat format adds: https://github.com/openai/openai-cookbook, "How to count tokens".
const PER_MESSAGE = 4;
const PER_PROMPT = 3;

// In people's texts "<|endoftext|>" is text; by default the tokenizer throws for it.
const ALL_IS_TEXT = { disallowedSpecial: new Set<string>() };

const countAll = (text: string) => countTokens(text, ALL_IS_TEXT);

const LETTER = /^\p{L}/u;

/** A space between two words begins a piece in o200k_base: a cut there changes no count. */
function isBoundary(text: string, at: number): boolean {
  return text[at] === " " && /\S/.test(text[at - 1] ?? "") &&
    LETTER.test(text.slice(at + 1, at + 3));
}

function isInsideCharacter(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Where the slice that begins at `from` ends: between words if possible, else where it is full. */
function endOfSlice(text: string, from: number, maxChars: number): number {
  const full = from + maxChars;
  if (full >= text.length) return text.length;
  for (let at = full; at > from + maxChars / 2; at--) {
    if (isBoundary(text, at)) return at;
  }
  return isInsideCharacter(text, full) ? full - 1 : full;
}

/** Tokens of a text: exact where it has spaces, else at most one in a thousand off. */
export function countText(text: string): number {
  let count = 0;
  for (let from = 0; from < text.length;) {
    const end = endOfSlice(text, from, SLICE_CHARS);
    count += countAll(text.slice(from, end));
    from = end;
  }
  return count;
}

export function countMessages(messages: readonly AiMessage[]): number {
  return messages.reduce(
    (sum, { content }) => sum + PER_MESSAGE + countText(content),
    PER_PROMPT,
  );
}

/** Exact where the text has spaces and pieces are tokens; else at most one in a hundred and 32 tokens off. */
export function createMeter(count: (text: string) => number = countAll): TokenMeter {
  let counted = 0;
  let open = "";
  let openTokens = 0;
  let freshChars = 0;
  return {
    add(text) {
      open += text;
      freshChars += text.length;
      if (open.length <= OPEN_CHARS && freshChars < FRESH_CHARS) {
        openTokens += count(text);
        return counted + openTokens;
      }
      while (open.length > OPEN_CHARS) {
        const end = endOfSlice(open, 0, OPEN_CHARS);
        counted += count(open.slice(0, end));
        open = open.slice(end);
      }
      openTokens = count(open);
      freshChars = 0;
      return counted + openTokens;
    },
  };
}
