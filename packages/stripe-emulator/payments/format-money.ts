/** Currencies that have no minor unit. */
const ZERO_DECIMAL = new Set(
  ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv"]
    .concat(["xaf", "xof", "xpf"]),
);

/** Formats an amount in minor units: 999 of usd is `$9.99`, and 1000 of jpy is `¥1,000`. */
export function formatMoney(amount: number, currency: string): string {
  const value = amount / (ZERO_DECIMAL.has(currency) ? 1 : 100);
  return new Intl.NumberFormat("en-US", { style: "currency", currency }).format(value);
}
