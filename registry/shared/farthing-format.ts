import { decimalsOf, formatMoney as format, type Package } from "@farthing/client";

/** How the blocks write credits, money and times. Change the locale together with the texts. */
const LOCALE = "en";

/** Writes credits, which are decimal strings; every digit of them is shown. */
export function formatCredits(amount: string): string {
  const format = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 20 });
  // `format` takes a string and formats it exactly, but only the types of ES2023 say so.
  return format.format(amount as unknown as number);
}

/** Writes a price; `amount` is in the currency's minor unit, as the service returns it. */
export function formatMoney(amount: number, currency: string): string {
  return format(amount, currency, LOCALE);
}

/** Returns the price in a currency, else the first price. */
export function priceOf(sold: Package, currency: string | undefined) {
  return sold.prices.find((price) => price.currency === currency) ??
    { amount: sold.amount, currency: sold.currency };
}

/** Converts an amount from the minor unit to the currency's unit, for an input field. */
export function toUnits(amount: number, currency: string): string {
  return String(amount / 10 ** decimalsOf(currency));
}

/** Converts the amount in an input field to the currency's minor unit. */
export function toMinorUnits(units: string, currency: string): number {
  return Math.round(Number(units) * 10 ** decimalsOf(currency));
}

/** Writes the day of a time. */
export function formatDay(time: string): string {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium" }).format(new Date(time));
}

/** Writes a time to the minute. */
export function formatMoment(time: string): string {
  const options = { dateStyle: "medium", timeStyle: "short" } as const;
  return new Intl.DateTimeFormat(LOCALE, options).format(new Date(time));
}
