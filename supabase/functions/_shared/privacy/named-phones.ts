/** National telephone numbers of any country: digits that a word such as "phone" announces. */
import { type Span, valuesOf } from "./spans.ts";

const STRONG = [
  ...["tel", "telephone", "telefon", "telefono", "teléfono", "telefone", "téléphone", "tlf"],
  ...["phone", "phone number", "cell", "mobile", "mobil", "mobiltelefon", "móvil", "movil"],
  ...["cellulare", "celular", "portable", "handy", "handynummer", "rufnummer", "telefonnummer"],
  ...["fax", "факс", "whatsapp", "wa\\.me/", "numer", "телефон", "тел", "contact number"],
  ...["my number", "mon numéro", "mi número", "meine nummer", "il mio numero", "meu número"],
].join("|");
const WEAK = [
  ...["call", "ring", "text", "dial", "reach", "sms", "call back", "rufen", "anrufen", "appelle"],
  ...["appelez", "appelez-moi", "appelle-moi", "llama", "llámame", "chiama", "chiamami", "bel"],
].join("|");
// Chinese, Japanese, Korean, Arabic: no space has to follow.
const GLUED = "电话|電話|手机|手機|전화|هاتف";
const BETWEEN = [
  ...["[\\s:#.()=*-]", "numbers?", "no", "nr", "nummer", "numéro", "número", "numero", "is"],
  ...["it's", "are", "me", "us", "him", "her", "them", "on", "at", "to", "via", "back", "unter"],
  ...["auf", "au", "al", "op", "bitte", "ist", "est", "es", "è", "é", "mi", "mon", "my"],
  ...[
    "the",
    "sie",
    "uns",
    "mich",
    "an",
    "番号は?",
    "号码?是?",
    "码是",
    "번호는?",
    "是",
    "は",
    "는",
  ],
].join("|");
const DIGITS = "(?<value>\\(?\\d[\\d ().\\/\\u00a0-]{4,20}\\d)(?![\\p{L}\\d])";

const named = (names: string) => new RegExp(`${names}(?:${BETWEEN}){1,8}?${DIGITS}`, "giu");
const STRONG_NUMBER = named(`(?<![\\p{L}[])(?:${STRONG})(?:(?<=/)|(?![\\p{L}\\]]))`);
const WEAK_NUMBER = named(`(?<![\\p{L}[])(?:${WEAK})(?![\\p{L}\\]])`);
const GLUED_NUMBER = named(`(?:${GLUED})`);

const DATE = /^(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4})/;

function isNumber(value: string): boolean {
  const count = value.replace(/\D/g, "").length;
  return count >= 7 && count <= 15 && !DATE.test(value);
}

/** "call 1234567 times" and "reach 12 345 678 users" are none: a verb says less than a noun. */
function looksLikeNumber(value: string): boolean {
  const digits = value.replace(/\D/g, "").length;
  return isNumber(value) && (/^[0(]|^\d{3}[-.]\d{4}$/.test(value) || digits >= 9);
}

export function findNamedPhones(text: string): Span[] {
  return [
    ...valuesOf(text, STRONG_NUMBER, isNumber),
    ...valuesOf(text, WEAK_NUMBER, looksLikeNumber),
    ...valuesOf(text, GLUED_NUMBER, isNumber),
  ];
}
