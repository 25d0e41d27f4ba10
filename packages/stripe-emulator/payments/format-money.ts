// Stripe counts the currencies of the first list in whole units, those of the second list in
// thousandths, and all others in hundredths: https://docs.stripe.com/currencies#zero-decimal
const WHOLE = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ");
const THOUSANDTHS = "bhd jod kwd omr tnd".split(" ");

function decimalsOf(currency: string): number {
  if (WHOLE.includes(currency)) return 0;
  return THOUSANDTHS.includes(currency) ? 3 : 2;
}

/** Formats an amount in minor units: 999 of usd is `$9.99`, and 1000 of jpy is `¥1,000`. */
export function formatMoney(amount: number, currency: string): string {
  const maximumFractionDigits = decimalsOf(currency);
  // `Intl` alone would round currencies that it writes without decimals, such as the Serbian dinar.
  return new Intl.NumberFormat("en-US", { style: "currency", currency, maximumFractionDigits })
    .format(amount / 10 ** maximumFractionDigits);
}
