/** The languages of emails, and the choice of a language by locale. */
import { LANGUAGE_CODES, type LanguageCode } from "../../../contracts/languages.ts";
import { de } from "./de.ts";
import { en, type Sentences } from "./en.ts";

export interface Language {
  readonly sentences: Sentences;
  /** The locale that formats numbers and times for a reader whose region is unknown. */
  readonly formats: string;
  /** Set only for a language that is written from right to left. */
  readonly direction?: "rtl";
}

export type Languages = Readonly<Record<string, Language>>;

export const LANGUAGES: Readonly<Record<LanguageCode, Language>> = {
  en: { sentences: en, formats: "en-GB" },
  de: { sentences: de, formats: "de-DE" },
};

const DEFAULT_CODE = LANGUAGE_CODES[0];

export interface ChosenLanguage extends Language {
  /** The tag of the text's language, such as `de` or `de-AT`. */
  readonly tag: string;
}

/**
 * Returns the language of a locale such as `de` or `de-AT`; English if the language is not supported. The
 * region of the locale decides how numbers and times are formatted.
 */
export function languageOf(locale: string, languages: Languages = LANGUAGES): ChosenLanguage {
  const [code = "", region] = locale.split("-");
  const language = Object.hasOwn(languages, code) ? languages[code] : undefined;
  if (language === undefined) return { ...LANGUAGES[DEFAULT_CODE], tag: DEFAULT_CODE };
  const isKnown = region !== undefined && Intl.NumberFormat.supportedLocalesOf(locale).length > 0;
  return {
    ...language,
    tag: isKnown ? locale : code,
    formats: isKnown ? locale : language.formats,
  };
}
