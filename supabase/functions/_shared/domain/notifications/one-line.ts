/** Makes one line of any text, and recognises a web address. */

/**
 * The maximum length of a value in an email or alert, in characters. It is enough for every id,
 * every name and every sentence that this project writes.
 */
const LONGEST = 500;

/** The maximum length of a web address, in characters. */
const LONGEST_URL = 2_048;

// Line ends and other control characters, and characters that reverse the direction of the text
// after them.
const UNPRINTED = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/** No-break spaces, which stand between groups of digits and before a unit. */
const NO_BREAK = /[\u00a0\u202f]/g;

/** Returns the text as one line with plain spaces, without control characters. */
export function oneLine(text: string, longest = LONGEST): string {
  const clean = text.replace(UNPRINTED, " ").replace(NO_BREAK, " ").trim();
  const characters = [...clean];
  return characters.length <= longest ? clean : `${characters.slice(0, longest - 1).join("")}…`;
}

/** Returns a web address as one line; undefined for any other text, which must not be a link. */
export function webAddress(url: string | undefined): string | undefined {
  return url !== undefined && /^https?:\/\//.test(url) ? oneLine(url, LONGEST_URL) : undefined;
}
