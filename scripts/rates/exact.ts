import { Decimal } from "decimal.js";

/**
 * Decimal arithmetic without rounding for every number this project meets: amounts have at most
 * 38 digits, so that a product of two of them, and a sum of thousands of such products, stays far
 * below 200. Never written with an exponent.
 */
export const Exact = Decimal.clone({ precision: 200, toExpNeg: -1000, toExpPos: 1000 });

/** A number of `Exact`. */
export type Exact = InstanceType<typeof Exact>;
