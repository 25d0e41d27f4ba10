/** Charts of money: one chart for each currency, because currencies are never added together. */
import type { RevenueRow } from "@farthing/client";
import { moneyOf } from "../decimal-units.ts";
import { wordsOf } from "../api-names.ts";
import { type NamedChart, pivot } from "./series.ts";

interface MoneyChart<Row> {
  readonly caption: string;
  readonly step?: "Day" | "Month";
  readonly time: (row: Row) => string;
  readonly name: (row: Row) => string;
  /** Returns the amount in minor units. */
  readonly amount: (row: Row) => number;
}

export function moneyCharts<Row extends { readonly currency: string }>(
  rows: readonly Row[],
  { caption, step = "Day", time, name, amount }: MoneyChart<Row>,
): NamedChart[] {
  const byCurrency = [...Map.groupBy(rows, ({ currency }) => currency)];
  return byCurrency.toSorted(([a], [b]) => a.localeCompare(b)).map((
    [currency, ofCurrency],
  ) => ({
    caption: `${caption}, in ${currency.toUpperCase()}`,
    step,
    data: pivot(ofCurrency, {
      time,
      name,
      figure: (row) => {
        const text = moneyOf(String(amount(row)), currency);
        return { value: Number(text.replaceAll(/[^\d.-]/g, "")), text };
      },
    }),
  }));
}

export const netRevenueCharts = (rows: readonly RevenueRow[]): NamedChart[] =>
  moneyCharts(rows, {
    caption: "Net revenue by product line",
    time: ({ day }) => day,
    name: ({ product_line }) => wordsOf(product_line),
    amount: ({ net }) => net,
  });
