/** Counts tokens that no provider has reported. */

export type CountTokens = (text: string) => number;

/**
 * The tokens that are counted for a file. The usual models count no more for an image: about 1,600
 * tokens for a large one.
 */
export const FILE_TOKENS = 2_000;

/**
 * Counts a token for every three bytes of UTF-8. For English prose this is a third more than
 * OpenAI's tokenizer o200k counts; for code and most other languages it is about the same.
 */
export const countBytes: CountTokens = (text) =>
  Math.ceil(new TextEncoder().encode(text).length / 3);
