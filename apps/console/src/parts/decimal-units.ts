/**
 * Converts the API's decimal texts to another unit by moving the decimal point in the text: a
 * JavaScript number would lose digits.
 */

import { decimalsOf } from "@farthing/client";

/** Moves the point of a decimal text to the right, or to the left if `places` is negative. */
function movePoint(text: string, places: number): string {
  const [, sign = "", whole, decimals = ""] = /^(-?)(\d+)\.?(\d*)$/.exec(text) ?? [];
  if (whole === undefined) throw new Error(`${text} is not a decimal number.`);
  const digits = "0".repeat(Math.max(-places, 0)) + whole + decimals +
    "0".repeat(Math.max(places, 0));
  const point = Math.max(-places, 0) + whole.length + places;
  const before = digits.slice(0, point).replace(/^0+(?=\d)/, "");
  const after = digits.slice(point).replace(/0+$/, "");
  return sign + before + (after === "" ? "" : `.${after}`);
}

/** Formats a share in percent: "0.0125" is "1.25 %". */
export const percentOf = (share: string): string => `${movePoint(share, 2)} %`;

/** Formats basis points as a percentage: "325" is "3.25 %". */
export const basisPointsOf = (points: string): string => `${movePoint(points, -2)} %`;

/**
 * Formats an amount in the currency's unit. The text has all digits of the amount, and at least as
 * many decimals as the currency usually has.
 */
function inUnits(amount: string, currency: string): string {
  const format = new Intl.NumberFormat("en", {
    ...{ style: "currency", currency },
    ...{ minimumFractionDigits: decimalsOf(currency), maximumFractionDigits: 20 },
  });
  // `format` also formats a text, without rounding, but TypeScript's types declare this only since
  // ES2023.
  return format.format(amount as unknown as number);
}

/** Formats US dollars with all their digits: "0.3" is "$0.30". */
export const usdOf = (amount: string): string => inUnits(amount, "usd");

/**
 * Formats an amount that is in minor units. In a quotient such as ARPU, the amount may have
 * decimals. The text has the currency's decimals even if they are 0, so that the decimal points of
 * a column are aligned.
 */
export const moneyOf = (amount: string, currency: string): string =>
  inUnits(movePoint(amount, -decimalsOf(currency)), currency);
