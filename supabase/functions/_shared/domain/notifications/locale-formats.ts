/** Formats money, credits and times for a reader's locale. */

// At Stripe, amounts of some currencies have no decimals, and amounts of others have three. Stripe
// counts all other currencies in hundredths, even the Icelandic krona and Uganda's shilling, which
// are used without decimals.
const WHOLE = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
const THOUSANDTHS = "bhd jod kwd omr tnd".split(" ");

/** The maximum number of decimals of an amount of credits. */
const CREDIT_DECIMALS = 18;

function decimalsOf(currency: string): number {
  if (WHOLE.includes(currency)) return 0;
  return THOUSANDTHS.includes(currency) ? 3 : 2;
}

/**
 * Returns an amount of money as text, for example `USD 9.99`. A symbol would be ambiguous: many currencies
 * are called dollar.
 * @param amount in the currency's minor unit
 * @param currency ISO 4217, lower case
 */
function formatMoney(locale: string, amount: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const digits = String(Math.abs(amount)).padStart(decimals + 1, "0");
  const at = digits.length - decimals;
  const sign = amount < 0 ? "-" : "";
  // The number stays a string, because conversion to a binary fraction would change its digits.
  const exact = `${sign}${digits.slice(0, at)}.${digits.slice(at) || "0"}` as `${number}`;
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay: "code",
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(exact);
}

/**
 * Formats for one locale. The texts may have no-break spaces between groups of digits and before a
 * unit.
 */
export interface Formats {
  /** Takes an amount in the currency's minor unit and the currency's lower-case ISO code. */
  readonly money: (amount: number, currency: string) => string;
  /** Takes credits as a decimal string; every digit appears in the text. */
  readonly credits: (amount: string) => string;
  /** Takes a time as RFC 3339. The text is in UTC, for example `21 November 2026 at 12:00 UTC`. */
  readonly moment: (time: string) => string;
}

/** Returns the formats of a locale, such as `en-GB` or `de-AT`. */
export function formatsOf(locale: string): Formats {
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: CREDIT_DECIMALS });
  const times = new Intl.DateTimeFormat(locale, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  });
  return {
    money: (amount, currency) => formatMoney(locale, amount, currency),
    credits: (amount) => numbers.format(amount as `${number}`),
    moment: (time) => `${times.format(new Date(time))} UTC`,
  };
}
