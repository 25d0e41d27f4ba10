import { isLosslessNumber } from "lossless-json";
import { Exact } from "./exact.ts";

/** Decimals that a price per million tokens may have; one more is a float's dust, not a price. */
const DECIMALS_MAX = 9;
/** USD per million tokens; the dearest model of 2026 costs 600. */
const PER_MILLION_USD_MAX = 100_000;
/** Characters of a number as written; keeps the arithmetic within the precision of `Exact`. */
const LITERAL_LENGTH_MAX = 40;
const LITERAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

/** What became of one field: a price, nothing there (absent, null or zero), or a refusal. */
export type Price = { price: string } | { absent: "missing" | "zero" } | { refused: string };

/**
 * One cost of the price map, in USD per token as written in the file, as USD per million tokens
 * in plain decimals ("1.25e-06" is "1.25"). The decimal point is shifted, nothing is rounded and
 * no JavaScript number takes part.
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
