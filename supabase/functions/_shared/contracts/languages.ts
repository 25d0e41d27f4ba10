/** The languages in which notifications are sent. Each language has a file with its sentences. */
export const LANGUAGE_CODES = ["en", "de"] as const;

export type LanguageCode = typeof LANGUAGE_CODES[number];

/** Returns whether a text is a locale of one of the languages, such as `de` or `de-AT`. */
export function isLocale(text: string): boolean {
  const [code] = text.split("-");
  return /^[a-z]{2,3}(-[A-Z]{2})?$/.test(text) && LANGUAGE_CODES.some((each) => each === code);
}
