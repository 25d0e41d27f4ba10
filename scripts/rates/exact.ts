import { Decimal } from "decimal.js";

/**
 * Decimal arithmetic without rounding, for every number of this project. Amounts have at most 38
 * digits. A product of two amounts, or a sum of thousands of such products, therefore has far fewer
 * than 200 digits. Numbers are never written with an exponent.
 */
export const Exact = Decimal.clone({ precision: 200, toExpNeg: -1000, toExpPos: 1000 });

/** A number of `Exact`. */
export type Exact = InstanceType<typeof Exact>;
