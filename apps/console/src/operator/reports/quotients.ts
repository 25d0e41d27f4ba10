/**
 * The numerator and the denominator of a metric, each in its own unit: ARPU is money divided by a
 * number of accounts.
 */
import type { MetricRow } from "@farthing/client";
import { formatCredits } from "@/lib/farthing-format";
import { moneyOf, usdOf } from "../../parts/decimal-units.ts";

/** The take rate of credits is computed from prices in dollars, and not in minor units. */
const isInDollars = ({ name, product_line }: MetricRow) =>
  name === "take_rate" && product_line === "credits";

const isShare = ({ unit }: MetricRow) => unit === "ratio";

function sideOf(row: MetricRow, value: string, isMoney: boolean): string {
  if (!isMoney || row.currency === null) return formatCredits(value);
  return isInDollars(row) ? usdOf(value) : moneyOf(value, row.currency);
}

/** The numerator is money if the metric is a ratio or an amount. Otherwise it is a count. */
export const numeratorOf = (row: MetricRow): string =>
  sideOf(row, row.numerator, isShare(row) || row.unit === "minor units");

/**
 * The denominator is money if the metric is a ratio. If the metric is an amount, the denominator is
 * a count.
 */
export const denominatorOf = (row: MetricRow): string =>
  sideOf(row, row.denominator ?? "0", isShare(row));
