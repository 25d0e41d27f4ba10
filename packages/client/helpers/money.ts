/** Money as the service and Stripe count it: in whole minor units of a currency. */

// Stripe counts the currencies of the first list in whole units, those of the second list in
// thousandths, and all others in hundredths. `Intl` would give wrong results: it writes no decimals
// for some currencies that Stripe counts in hundredths, such as the Icelandic krona.
const WHOLE = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
const THOUSANDTHS = "bhd jod kwd omr tnd".split(" ");

/** Returns the number of decimals that a currency has at Stripe: 2 for USD, 0 for JPY. */
export function decimalsOf(currency: string): number {
  const code = currency.toLowerCase();
  if (WHOLE.includes(code)) return 0;
  return THOUSANDTHS.includes(code) ? 3 : 2;
}

/**
 * Formats an amount of money, such as a package's price: `$9.99`. A whole amount has no decimals:
 * `$10`.
 * @param amount in the currency's minor unit, as the service returns it
 * @param locale the user's own by default
 */
export function formatMoney(amount: number, currency: string, locale?: string): string {
  const decimals = decimalsOf(currency);
  const value = amount / 10 ** decimals;
  return new Intl.NumberFormat(locale, {
    ...{ style: "currency", currency, maximumFractionDigits: decimals },
    minimumFractionDigits: Number.isInteger(value) ? 0 : decimals,
  }).format(value);
}
