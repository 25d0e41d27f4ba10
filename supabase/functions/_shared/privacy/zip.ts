/**
 * Finds postal codes in an address, or after a name such as "ZIP". Five digits alone are an
 * ordinary number.
 */
import { merged, type Span, valuesOf } from "./spans.ts";

const STATE = "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|" +
  "RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|PR";
const US = "\\d{5}(?:-\\d{4})?";
const UK = "[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2}";
const CANADIAN = "[A-Z]\\d[A-Z] ?\\d[A-Z]\\d";
const DUTCH = "\\d{4} ?[A-Z]{2}";
const LAST = "(?![\\p{L}\\d]|-\\d)";

const STATE_NAME = "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|" +
  "Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|" +
  "Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|" +
  "New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|" +
  "Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|" +
  "West Virginia|Wisconsin|Wyoming";

/** Matches ", IL 62704", ", Illinois 62704" and "Springfield IL 62704". */
const AFTER_STATE = new RegExp(
  `(?<=,\\s{0,2}|\\p{Lu}\\p{Ll}{1,20} )(?:${STATE}|` +
    `(?<=,\\s{0,2})(?:${STATE_NAME})),?\\s{1,2}(?<value>${US})${LAST}`,
  "gu",
);

const NAME =
  "zip|zip ?code|postal ?code|post ?code|plz|postleitzahl|code postal|c[óo]digo postal|" +
  "cep|postnummer|postnr|индекс";
const NAMED = new RegExp(
  `(?<![\\p{L}[])(?:${NAME})(?![\\p{L}\\]])(?:[\\s:#.="]|is|was|ist|est|es|lautet){1,6}` +
    `(?<value>${UK}|${CANADIAN}|${DUTCH}|` +
    `\\d{5}-\\d{3,4}|\\d{3}-\\d{4}|\\d{3} \\d{2}|\\d{4,6})${LAST}`,
  "giu",
);

const STREET = "street|st|road|rd|avenue|ave|lane|drive|boulevard|blvd|court|place|square|way|" +
  "parkway|terrace|close|crescent|rue|allée|chemin|quai|impasse|via|viale|piazza|corso|calle|" +
  "avenida|plaza|paseo|rua|praça|ulica";
/**
 * The postal codes of Britain and Canada have distinctive shapes, so a street before the code is
 * enough to find them.
 */
const AFTER_STREET = new RegExp(
  `(?<!\\p{L})(?:${STREET})(?!\\p{L})[^\\d\\[]{0,60}?(?<=[\\s,])(?<value>${UK}|${CANADIAN})${LAST}`,
  "giu",
);
/** Matches "14 avenue des Ternes, 75017 Paris". */
const AFTER_FRENCH_STREET = new RegExp(
  `(?<!\\p{L})(?:${STREET})(?!\\p{L})[^\\d\\n\\[]{1,40}(?:,|\\n)\\s{0,2}(?<value>\\d{5})(?= \\p{Lu})`,
  "giu",
);
/**
 * Matches "Hauptstraße 17, 10827 Berlin": a name, a house number, a code and a town. A year is not matched as
 * a code.
 */
const AFTER_HOUSE = new RegExp(
  `(?<=\\p{L} \\d{1,4}[a-z]?(?:,|\\n)\\s{0,2})(?!(?:19|20)\\d\\d )` +
    `(?<value>${DUTCH}|\\d{4,5})(?= \\p{Lu}\\p{Ll})`,
  "gu",
);

/**
 * Matches "12 Main St, Anytown 12345". The street must be capitalised, because "3 of a way 54321" has no
 * postal code.
 */
const CAPITAL_STREET = STREET.replace(/(?<=^|\|)\p{Ll}/gu, (letter) => letter.toUpperCase());
const AFTER_NUMBERED_STREET = new RegExp(
  `(?<![\\d\\p{L}])\\d{1,5}[a-z]? (?:\\p{Lu}[\\p{L}.'-]{1,20} ){1,4}(?:${CAPITAL_STREET})(?!\\p{L})` +
    `[^\\d\\[]{1,40}?(?<=[\\s,])(?<value>${US})${LAST}`,
  "gu",
);
/** Matches "Leeds, LS1 4AP". */
const AFTER_TOWN = new RegExp(
  `(?<=\\p{Ll},\\s|(?:London|Manchester|Birmingham|Leeds|Glasgow|Edinburgh|Liverpool|Bristol|Cardiff) )` +
    `(?<value>[A-Z]{1,2}\\d[A-Z\\d]? \\d[A-Z]{2})${LAST}`,
  "gu",
);

const PATTERNS = [
  ...[AFTER_STATE, NAMED, AFTER_STREET, AFTER_FRENCH_STREET],
  ...[AFTER_NUMBERED_STREET, AFTER_HOUSE, AFTER_TOWN],
];

export function findZips(text: string): Span[] {
  return merged(...PATTERNS.map((pattern) => valuesOf(text, pattern)));
}
