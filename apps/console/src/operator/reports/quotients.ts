/** The two sides of a metric, each in its own unit: ARPU is money over accounts. */
import type { MetricRow } from "@farthing/client";
import { formatCredits } from "@/lib/farthing-format";
import { moneyOf, usdOf } from "../../parts/exact.ts";

/** The usage of credits has a price in dollars and not in minor units. */
const isInDollars = ({ name, product_line }: MetricRow) =>
  name === "take_rate" && product_line === "credits";

const isShare = ({ unit }: MetricRow) => unit === "ratio";

function sideOf(row: MetricRow, value: string, isMoney: boolean): string {
  if (!isMoney || row.currency === null) return formatCredits(value);
  return isInDollars(row) ? usdOf(value) : moneyOf(value, row.currency);
}

/** A share of money has money above, as an amount has; others are counts. */
export const numeratorOf = (row: MetricRow): string =>
  sideOf(row, row.numerator, isShare(row) || row.unit === "minor units");

/** A share of money has money below, and an amount is divided by a count. */
export const denominatorOf = (row: MetricRow): string =>
  sideOf(row, row.denominator ?? "0", isShare(row));
