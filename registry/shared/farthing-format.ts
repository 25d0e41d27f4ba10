import { decimalsOf, type Entry, formatMoney as format, type Package } from "@farthing/client";

/**
 * The locale in which the UI blocks format credits, money and times. Change it together with the
 * blocks' texts, such as the kinds of entries below.
 */
const LOCALE = "en";

/** Formats credits, which are decimal strings, without rounding. */
export function formatCredits(amount: string): string {
  const format = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 20 });
  // `format` also formats strings, without rounding, but TypeScript's types declare this only since
  // ES2023.
  return format.format(amount as unknown as number);
}

/** Adds amounts of credits, which are decimal strings, without losing a digit. */
export function addCredits(amounts: readonly string[]): string {
  const decimals = Math.max(0, ...amounts.map((amount) => amount.split(".")[1]?.length ?? 0));
  const units = amounts.map((amount) => {
    const [whole = "0", rest = ""] = amount.split(".");
    return BigInt(whole + rest.padEnd(decimals, "0"));
  });
  const sum = String(units.reduce((total, each) => total + each, BigInt(0)));
  if (decimals === 0) return sum;
  const digits = sum.padStart(decimals + 1, "0");
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Formats a price; `amount` is in the currency's minor unit, as the service returns it. */
export function formatMoney(amount: number, currency: string): string {
  return format(amount, currency, LOCALE);
}

/** Returns the price in this currency, or else the package's first price. */
export function priceOf(sold: Package, currency: string | undefined) {
  return sold.prices.find((price) => price.currency === currency) ??
    { amount: sold.amount, currency: sold.currency };
}

/** Converts an amount from the minor unit to the currency's unit, for an input field. */
export function toUnits(amount: number, currency: string): string {
  return String(amount / 10 ** decimalsOf(currency));
}

/** Matches the amounts that `toMinorUnits` takes, for the attribute `pattern` of an input field. */
export function amountPattern(currency: string): string {
  const decimals = decimalsOf(currency);
  return decimals === 0 ? "[0-9]+" : `[0-9]+([.][0-9]{1,${decimals}})?`;
}

/**
 * Converts the amount in an input field to the currency's minor unit.
 * @throws RangeError if the text is not an amount, or has more decimals than the currency
 */
export function toMinorUnits(units: string, currency: string): number {
  if (!new RegExp(`^${amountPattern(currency)}$`).test(units)) {
    const example = (1250 / 100).toFixed(decimalsOf(currency));
    throw new RangeError(
      `"${units}" is not an amount in ${currency.toUpperCase()}. An example is ${example}.`,
    );
  }
  const [whole, decimals = ""] = units.split(".");
  return Number(whole + decimals.padEnd(decimalsOf(currency), "0"));
}

/** The kinds of entries in words. A later version of the service may have more kinds. */
const KINDS: Readonly<Partial<Record<string, string>> & Record<Entry["kind"], string>> = {
  purchase: "Purchase",
  bonus: "Bonus",
  promotion: "Promotion",
  adjustment: "Adjustment",
  debit: "Charge",
  usage: "Usage",
  settle: "Finished work",
  expiry: "Expired",
  clawback: "Taken back",
  reinstatement: "Given back",
};

/** All kinds of entries, for a filter. */
export const ENTRY_KINDS: readonly string[] = Object.keys(KINDS);

/** Formats the kind of an entry. */
export const formatKind = (kind: string): string => KINDS[kind] ?? kind;

/** Formats a timestamp as a date. */
export function formatDay(time: string): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium" }).format(new Date(time));
}

/** Formats a timestamp as a date and a time, without seconds. */
export function formatMoment(time: string): string {
  const options = { dateStyle: "medium", timeStyle: "short" } as const;
  return new Intl.DateTimeFormat(LOCALE, options).format(new Date(time));
}
