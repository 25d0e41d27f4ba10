/**
 * Counts tokens with o200k_base, in linear time. Loading this module costs about 0.15 s of
 * processor time and 40 MB, so it is imported only when it is needed.
 */
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import type { AiMessage, AiParameters, TokenMeter } from "./ai.ts";
import { countedTextOf, textOfParameters } from "./prompt.ts";

/**
 * The maximum length of a slice of a text. Byte pair encoding takes time that grows with the square
 * of the longest stretch of text without a boundary. 64 KiB of one repeated character, or of a
 * script without spaces, would take 2.5 s, more processor time than a request has. Cut into slices,
 * the same text takes 0.1 s in all.
 */
const SLICE_CHARS = 1024;

/**
 * A text arrives in pieces. When a later piece arrives, at most this many of the characters before
 * it are counted again. The number is small, because counting 16,000 pieces must take less than a
 * second in all.
 */
const OPEN_CHARS = 256;

/**
 * The end of the text is counted again only after this many new characters. Until then, each piece
 * is counted alone, which is exact if each piece is one token of the provider. Counting the end
 * again for each piece is too slow for a script without spaces, such as Thai: 16,000 words took
 * 5.7 s, and a request has 2 s of processor time.
 */
const FRESH_CHARS = 32;

// The tokens that the chat format adds to a message and to a prompt, according to "How to count tokens" in
// https://github.com/openai/openai-cookbook.
const PER_MESSAGE = 4;
const PER_PROMPT = 3;

// "<|endoftext|>" in a user's text is plain text; by default the tokenizer throws on it.
const ALL_IS_TEXT = { disallowedSpecial: new Set<string>() };

const countAll = (text: string) => countTokens(text, ALL_IS_TEXT);

const LETTER = /^\p{L}/u;

/**
 * Returns true for a space between two words. A token of o200k_base always begins at such a space, so cutting
 * the text there changes no count.
 */
function isBoundary(text: string, at: number): boolean {
  return text[at] === " " && /\S/.test(text[at - 1] ?? "") &&
    LETTER.test(text.slice(at + 1, at + 3));
}

function isInsideCharacter(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/**
 * Returns the end of the slice that begins at `from`: between two words if possible, otherwise where the
 * slice has reached its maximum length.
 */
function endOfSlice(text: string, from: number, maxChars: number): number {
  const full = from + maxChars;
  if (full >= text.length) return text.length;
  for (let at = full; at > from + maxChars / 2; at--) {
    if (isBoundary(text, at)) return at;
  }
  return isInsideCharacter(text, full) ? full - 1 : full;
}

/**
 * Counts the tokens of a text. The count is exact if the text has spaces; otherwise it is off by at
 * most one in a thousand.
 */
export function countText(text: string): number {
  let count = 0;
  for (let from = 0; from < text.length;) {
    const end = endOfSlice(text, from, SLICE_CHARS);
    count += countAll(text.slice(from, end));
    from = end;
  }
  return count;
}

/** Counts a prompt: its messages, and the tools and the answer's format in its parameters. */
export function countPrompt(messages: readonly AiMessage[], parameters?: AiParameters): number {
  return messages.reduce(
    (sum, message) => sum + PER_MESSAGE + countText(countedTextOf(message)),
    PER_PROMPT + countText(textOfParameters(parameters)),
  );
}

/**
 * Makes a meter. The count is exact if the text has spaces and each piece is one token; otherwise it is off
 * by at most 1 % plus 32 tokens.
 */
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
