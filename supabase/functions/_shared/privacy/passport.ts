/**
 * Finds numbers of passports and other travel documents. Such a number has no typical shape, so it
 * is found only after the name of the document.
 */
import { type Span, valuesOf } from "./spans.ts";

const NAME = [
  ...["passport", "passeport", "pasaporte", "passaporto", "passaporte", "reisepa(?:ss|ß)"],
  ...["travel doc(?:ument)?s?", "laissez-passer", "documents? de voyage", "documento de viaje"],
  ...["documento di viaggio", "documento de viagem", "reisedokument", "reisdocument"],
  ...["dokument podróży", "проездной документ", "وثيقة السفر"],
  ...["paspoort", "paszport", "pasaport", "паспорт", "جواز"],
].join("|");
// Names of travel documents that may follow the previous word without a space.
const GLUED_NAME = "护照|護照|パスポート|여권|旅行证件|旅行證件|渡航文書|여행증명서";
const BETWEEN = [
  ...["[\\s:#№=(),.\"'/-]", "numbers?", "no", "nr", "n[°º]?", "num", "número", "numero", "numéro"],
  ...[
    "nummer",
    "номер",
    "番号は?",
    "番号",
    "号码?是?",
    "번호[는은]?",
    "السفر",
    "id",
    "is",
    "are",
    "details?",
  ],
  ...["was", "est", "es", "è", "é", "ist", "lautet", "jest", "de"],
].join("|");
const PASSPORT = new RegExp(
  `(?:(?<![\\p{L}[])(?:${NAME})|${GLUED_NAME})[\\p{L}_]{0,10}(?:${BETWEEN}){1,8}` +
    "(?<value>[A-Za-z0-9]{6,10})(?![\\p{L}\\d]|-\\d)",
  "giu",
);

/**
 * Lower case is accepted only in the one or two characters before the digits. A value that consists
 * only of digits must have at least seven of them, so that a year or a fee is not found.
 */
function isNumber(value: string): boolean {
  if (value !== value.toUpperCase() && !/^[a-z]{1,2}\d{6,8}$/.test(value)) return false;
  const digits = value.replace(/\D/g, "").length;
  return digits === value.length ? digits >= 7 : digits >= 3;
}

export function findPassports(text: string): Span[] {
  return valuesOf(text, PASSPORT, isNumber);
}
