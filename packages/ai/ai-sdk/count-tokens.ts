/** Counts tokens that the model provider has not reported. */

export type CountTokens = (text: string) => number;

/**
 * The number of tokens that are counted for each file. This is enough for an image: the usual
 * models count about 1,600 tokens for a large one.
 */
export const FILE_TOKENS = 2_000;

/**
 * Counts a token for every three bytes of UTF-8. For English prose the result is a third higher
 * than the count of OpenAI's tokenizer o200k. For code and most other languages the two counts are
 * about the same.
 */
export const countBytes: CountTokens = (text) =>
  Math.ceil(new TextEncoder().encode(text).length / 3);
