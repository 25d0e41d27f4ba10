/** Finds national telephone numbers of any country: digits after a word such as "phone". */
import { type Span, valuesOf } from "./spans.ts";

const STRONG = [
  ...["tel", "telephone", "telefon", "telefono", "teléfono", "telefone", "téléphone", "tlf"],
  ...["phone", "phone number", "cell", "mobile", "mobil", "mobiltelefon", "móvil", "movil"],
  ...["cellulare", "celular", "portable", "handy", "handynummer", "rufnummer", "telefonnummer"],
  ...["fax", "факс", "whatsapp", "wa\\.me/", "numer", "телефон", "тел", "contact number"],
  ...["landline", "hotline", "helpline", "phone no", "mobile no", "cell no", "contact no", "gsm"],
  ...[
    "telefoon",
    "telefoonnummer",
    "mobiel",
    "telefonszám",
    "mobilszám",
    "puhelin",
    "puhelinnumero",
  ],
  ...[
    "telefonas",
    "tālrunis",
    "telefón",
    "telefonní číslo",
    "broj telefona",
    "numer telefonu",
  ],
  ...["telefon numarası", "cep telefonu", "sími", "simu", "mobilnummer", "mobilnumre"],
  ...["τηλέφωνο", "τηλ", "κινητό", "мобильный", "моб", "телефону", "мобілний", "мобільний"],
  ...["טלפון", "נייד", "فون", "تلفن", "موبایل", "موبايل", "جوال", "फ़ोन", "फोन", "मोबाइल"],
  ...["ফোন", "মোবাইল", "தொலைபேசி", "điện thoại", "sđt", "telepon", "no hp"],
  ...["numéro de téléphone", "número de teléfono", "numero di telefono", "número de telefone"],
  ...["my number", "mon numéro", "mi número", "meine nummer", "il mio numero", "meu número"],
].join("|");
const WEAK = [
  ...["call", "ring", "text", "dial", "reach", "sms", "call back", "rufen", "anrufen", "appelle"],
  ...["appelez", "appelez-moi", "appelle-moi", "llama", "llámame", "chiama", "chiamami", "bel"],
].join("|");
// Chinese, Japanese, Korean, Arabic and Thai words for a telephone. The digits may follow them
// without a space.
const GLUED = "电话|電話|手机|手機|携帯|전화|휴대폰|핸드폰|هاتف|โทรศัพท์|โทร|เบอร์";
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
const DIGITS = "(?<value>\\(?\\d[\\d ().\\/\\u00a0-]{4,20}\\d)";

/**
 * Builds a pattern that does not match digits if a character of `letters` follows them directly. In
 * a script without spaces, the next word of a sentence may follow the digits at once. So for such
 * scripts, `letters` has only the characters of Latin words.
 */
const named = (names: string, letters = "\\p{L}") =>
  new RegExp(`${names}(?:${BETWEEN}){1,8}?${DIGITS}(?![${letters}\\d])`, "giu");
const STRONG_NUMBER = named(`(?<![\\p{L}[])(?:${STRONG})(?:(?<=/)|(?![\\p{L}\\]]))`);
const WEAK_NUMBER = named(`(?<![\\p{L}[])(?:${WEAK})(?![\\p{L}\\]])`);
const GLUED_NUMBER = named(`(?:${GLUED})`, "\\p{Script=Latin}");

const DATE = /^(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4})/;

function isNumber(value: string): boolean {
  const count = value.replace(/\D/g, "").length;
  return count >= 7 && count <= 15 && !DATE.test(value);
}

/**
 * A stricter check, for numbers that follow a verb: "call 1234567 times" and "reach 12 345 678
 * users" contain no telephone number.
 */
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
