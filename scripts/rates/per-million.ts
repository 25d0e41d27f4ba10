import { isLosslessNumber } from "lossless-json";
import { Exact } from "./exact.ts";

/**
 * The maximum number of decimals of a price per million tokens. More decimals are the rounding
 * error of a float.
 */
const DECIMALS_MAX = 9;
/**
 * The highest plausible price in USD per million tokens. The most expensive model of 2026 costs
 * 600.
 */
const PER_MILLION_USD_MAX = 100_000;
/**
 * The maximum number of characters of a number in the file. It keeps the arithmetic within the
 * precision of `Exact`.
 */
const LITERAL_LENGTH_MAX = 40;
const LITERAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

/**
 * The result of reading one field: a price, no price (the field is missing, null or zero), or a
 * refusal.
 */
export type Price = { price: string } | { absent: "missing" | "zero" } | { refused: string };

/**
 * Converts a cost in the price map from USD per token to USD per million tokens, in plain decimals:
 * "1.25e-06" becomes "1.25". The text is multiplied as an exact decimal and not as a JavaScript
 * number, so nothing is rounded.
 */
export function perMillion(cost: unknown): Price {
  if (cost === undefined || cost === null) return { absent: "missing" };
  const literal = isLosslessNumber(cost) ? cost.value : cost;
  if (typeof literal !== "string" || !LITERAL.test(literal.trim())) {
    return { refused: "is not a number" };
  }
  if (literal.length > LITERAL_LENGTH_MAX) return { refused: "has too many digits" };
  const price = new Exact(literal.trim()).times("1e6");
  if (price.isZero()) return { absent: "zero" };
  if (price.isNegative()) return { refused: `is negative (${literal})` };
  if (price.greaterThan(PER_MILLION_USD_MAX)) {
    return { refused: `is above ${PER_MILLION_USD_MAX} USD per million (${literal})` };
  }
  if (price.decimalPlaces() > DECIMALS_MAX) {
    return { refused: `has more than ${DECIMALS_MAX} decimals per million (${literal})` };
  }
  return { price: price.toFixed() };
}
