/** Money and times as people read them. English, UTC. */

// What Stripe counts without decimals, and with three; its amounts of all others are in hundredths, those of
// the krona and of Uganda's shilling too, though these have none.
const WHOLE = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
const THOUSANDTHS = "bhd jod kwd omr tnd".split(" ");

function decimalsOf(currency: string): number {
  if (WHOLE.includes(currency)) return 0;
  return THOUSANDTHS.includes(currency) ? 3 : 2;
}

/** @param amount in the currency's minor unit @param currency ISO 4217, lower case */
export function money(amount: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const digits = String(Math.abs(amount)).padStart(decimals + 1, "0");
  const at = digits.length - decimals;
  const sign = amount < 0 ? "-" : "";
  // As text, so that no digit of it is ever a fraction in binary.
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

/** @param time RFC 3339 */
export function moment(time: string): string {
  return `${TIME.format(new Date(time))} UTC`;
}
