/** Formats money and times for people, in English and UTC. */

// Stripe counts these currencies without decimals, or with three. All others are counted in
// hundredths, even the krona and Uganda's shilling, which have no decimals in use.
const WHOLE = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
const THOUSANDTHS = "bhd jod kwd omr tnd".split(" ");

function decimalsOf(currency: string): number {
  if (WHOLE.includes(currency)) return 0;
  return THOUSANDTHS.includes(currency) ? 3 : 2;
}

/**
 * Returns an amount of money as text, for example `USD 9.99`.
 * @param amount in the currency's minor unit
 * @param currency ISO 4217, lower case
 */
export function money(amount: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const digits = String(Math.abs(amount)).padStart(decimals + 1, "0");
  const at = digits.length - decimals;
  const sign = amount < 0 ? "-" : "";
  // The number stays text, since a binary fraction would change its digits.
  const exact = `${sign}${digits.slice(0, at)}.${digits.slice(at) || "0"}` as `${number}`;
  return new Intl.NumberFormat("en", {
    style: "currency",
    currency,
    currencyDisplay: "code",
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(exact).replaceAll("\u00a0", " ");
}

const TIME = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "long",
  timeStyle: "short",
  timeZone: "UTC",
});

/**
 * Returns a time in UTC as text, for example `21 November 2026 at 12:00 UTC`.
 * @param time RFC 3339
 */
export function moment(time: string): string {
  return `${TIME.format(new Date(time))} UTC`;
}
